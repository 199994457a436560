/** New elements in their first size, in the middle of the page. */
import type { Body, Element, Frame, Media, ShapeElement } from "@signboard/api";
import { whole } from "./kernels/geometry.ts";

let count = 0;
/** Ids need only be unique on a page; commands make them so. Random, so that copies of two editors seldom meet. */
export const freshId = (kind: string): string => `${kind}-${Math.random().toString(36).slice(2, 7)}${(count++).toString(36)}`;

function middle(canvas: Body["canvas"], w: number, h: number): Frame {
  return whole({ x: (canvas.width - w) / 2, y: (canvas.height - h) / 2, w, h });
}

export function freshText(canvas: Body["canvas"], text: string): Element {
  const size = Math.max(12, Math.round(canvas.width / 20));
  return { id: freshId("text"), kind: "text", frame: middle(canvas, canvas.width * 0.5, size * 1.4), text, size, weight: 600 };
}

export function freshClock(canvas: Body["canvas"]): Element {
  const size = Math.max(12, Math.round(canvas.width / 16));
  return { id: freshId("clock"), kind: "clock", frame: middle(canvas, size * 3.2, size * 1.3), size, weight: 600, format: "HH:mm", align: "center" };
}

export function freshShape(canvas: Body["canvas"], shape: NonNullable<ShapeElement["shape"]>): Element {
  const side = Math.round(Math.min(canvas.width, canvas.height) / 3);
  const frame = middle(canvas, shape === "line" ? side * 2 : side * 1.4, shape === "line" ? 1 : side);
  return { id: freshId(shape), kind: "shape", shape, frame, ...(shape === "line" ? { stroke: { colour: "#ffb224", width: 8 } } : { fill: "#ffb224" }) };
}

/** A picture or film in its own proportions, at most four fifths of the page. */
export function freshMedia(canvas: Body["canvas"], media: Media): Element {
  const scale = Math.min((canvas.width * 0.8) / (media.width || 16), (canvas.height * 0.8) / (media.height || 9), 1);
  const frame = middle(canvas, (media.width || 1600) * scale, (media.height || 900) * scale);
  const kind = media.mime.startsWith("video/") ? "video" : "image";
  return { id: freshId(kind), kind, name: media.name, media: media.id, frame };
}
