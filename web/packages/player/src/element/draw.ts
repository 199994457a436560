import type { Element as BodyElement } from "@signboard/model";
import type { Surroundings } from "../surroundings.ts";
import { drawClock } from "./clock.ts";
import type { Drawn } from "./drawn.ts";
import { drawImage } from "./image.ts";
import { drawShape } from "./shape.ts";
import { drawText } from "./text.ts";
import { drawVideo } from "./video.ts";

/** Draws any element as it is at a time (Unix milliseconds); null for one that is left out: hidden, of a kind that this player does not know, or without its media. */
export function draw(element: BodyElement, around: Surroundings, at: number): Drawn | null {
  if (element.hidden) return null;
  switch (element.kind) {
    case "text":
      return drawText(element, around);
    case "clock":
      return drawClock(element, around);
    case "image":
      return drawImage(element, around, at);
    case "video":
      return drawVideo(element, around, at);
    case "shape":
      return drawShape(element);
    default:
      return null;
  }
}
