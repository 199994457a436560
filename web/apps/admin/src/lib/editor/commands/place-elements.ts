import type { Frame } from "@signboard/api";
import { type Command, onElements } from "./command.ts";

export interface Placing {
  frame: Frame;
  rotation: number;
}

/** Puts elements elsewhere, larger, smaller or turned. `key` joins the steps of one intention, such as holding an arrow key. */
export function placeElements(page: string, placings: ReadonlyMap<string, Placing>, key = "place-elements"): Command {
  return {
    key,
    apply: (body) =>
      onElements(body, page, (before) =>
        before.map((element) => {
          const placing = placings.get(element.id);
          if (!placing) return element;
          const { rotation: _old, ...rest } = element;
          return { ...rest, frame: placing.frame, ...(placing.rotation ? { rotation: placing.rotation } : {}) } as typeof element;
        }),
      ),
  };
}
