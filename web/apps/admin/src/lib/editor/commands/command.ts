/** A change of a body as a value. It knows nothing of the screen, of the selection or of what came before: undo keeps the bodies. */
import type { Body, BodyPage, Element } from "@signboard/api";

export interface Command {
  /** Commands of the same key that follow each other within a short time are undone together. */
  key: string;
  apply: (body: Body) => Body;
}

/** The body with one page changed. */
export function onPage(body: Body, page: string, change: (page: BodyPage) => BodyPage): Body {
  return { ...body, pages: body.pages.map((one) => (one.id === page ? change(one) : one)) };
}

/** The body with the elements of one page changed. */
export function onElements(body: Body, page: string, change: (elements: Element[]) => Element[]): Body {
  return onPage(body, page, (one) => ({ ...one, elements: change(one.elements) }));
}

/** An id that is not among the taken ones. `wish` comes from outside: commands draw no random numbers. */
export function freeId(wish: string, taken: Iterable<string>): string {
  const all = new Set(taken);
  let id = wish;
  for (let count = 2; all.has(id); count++) id = `${wish}-${count}`;
  return id;
}
