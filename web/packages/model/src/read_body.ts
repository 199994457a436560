// The drawable part of a value that should be a body.
import type { Body, Element, Page } from "./body.ts";
import { isNumber, isObject, isText, type Members } from "./shape.ts";

/** The longest side of a canvas and the farthest place of an element, in pixels: beyond it browsers draw nothing sensible. */
const FAR = 1_000_000;

/**
 * The body in a value that came over the network or out of a storage; null where there is none. Pages and elements that nobody could
 * place are left out, since one of them must not take the rest with it. Unknown members and kinds of elements stay.
 */
export function readBody(value: unknown): Body | null {
  if (!isObject(value)) return null;
  const { canvas, pages } = value;
  if (!isObject(canvas) || !isNumber(canvas["width"], 1, FAR) || !isNumber(canvas["height"], 1, FAR) || !Array.isArray(pages)) return null;
  const read = Object.assign({}, value, { pages: pages.filter(isObject).filter((page) => isText(page["id"])).map(readPage) });
  return read as unknown as Body;
}

function readPage(page: Members): Page {
  const elements = Array.isArray(page["elements"]) ? page["elements"].filter(isPlaced) : [];
  return Object.assign({}, page, { elements }) as unknown as Page;
}

function isPlaced(value: unknown): value is Element {
  if (!isObject(value) || !isText(value["id"]) || !isText(value["kind"])) return false;
  const frame = value["frame"];
  return isObject(frame) && ["x", "y", "w", "h"].every((name) => isNumber(frame[name], -FAR, FAR));
}
