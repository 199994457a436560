import { type Command, onElements } from "./command.ts";

/** Takes elements off a page. */
export function removeElements(page: string, ids: readonly string[]): Command {
  return { key: "remove-elements", apply: (body) => onElements(body, page, (before) => before.filter((element) => !ids.includes(element.id))) };
}
