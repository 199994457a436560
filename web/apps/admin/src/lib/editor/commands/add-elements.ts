import type { Element } from "@signboard/api";
import { type Command, freeId, onElements } from "./command.ts";

/** Puts elements on top of a page, under ids that are free there. */
export function addElements(page: string, elements: Element[]): Command {
  return {
    key: "add-elements",
    apply: (body) =>
      onElements(body, page, (before) =>
        elements.reduce<Element[]>((list, element) => [...list, { ...element, id: freeId(element.id, list.map((one) => one.id)) }], before),
      ),
  };
}
