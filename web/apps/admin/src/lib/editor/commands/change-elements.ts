import type { Element } from "@signboard/api";
import { type Command, onElements } from "./command.ts";

/** Any member of any kind of element; undefined puts it back to its default. */
export type Members = Partial<Record<string, unknown>>;

/** Changes members of elements. */
export function changeElements(page: string, ids: readonly string[], members: Members): Command {
  return {
    key: `change-elements ${ids.join(" ")} ${Object.keys(members).join(" ")}`,
    apply: (body) => onElements(body, page, (before) => before.map((element) => (ids.includes(element.id) ? cleaned({ ...element, ...members }) : element))),
  };
}

/** Absent members have their default; `undefined` must not reach the file. */
function cleaned(element: object): Element {
  return Object.fromEntries(Object.entries(element).filter(([, value]) => value !== undefined)) as unknown as Element;
}
