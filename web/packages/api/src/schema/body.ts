/** The body of a presentation, as the model says it; and sums over it. */
import type { Body, Page } from "@signboard/model";
import type { Id } from "./cells.ts";

export type { Body, ClockElement, Element, Fit as MediaFit, Frame, ImageElement, Page as BodyPage, ShapeElement, TextElement, TextStyle, VideoElement } from "@signboard/model";

/** The time for all pages, in milliseconds. */
export function bodyLength(body: Body): number {
  return body.pages.reduce((sum: number, page: Page) => sum + page.duration_ms, 0);
}

/** Ids of all media that the pages use, each once. */
export function bodyMedia(body: Body): Id[] {
  const ids = body.pages.flatMap((page) => page.elements.flatMap((element) => ("media" in element && element.media ? [element.media] : [])));
  return [...new Set(ids)].sort();
}
