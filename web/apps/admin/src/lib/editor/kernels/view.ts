/** The window onto the canvas: where its upper left corner lies on the pasteboard, and how large a pixel is shown. Pure. */
import type { Size } from "@signboard/api";
import type { Point } from "./geometry.ts";

export interface View {
  x: number;
  y: number;
  zoom: number;
}

const SMALLEST = 0.02;
const LARGEST = 16;

/** Zooms by a factor; the point under the pointer stays where it is. */
export function zoomAt(view: View, point: Point, factor: number): View {
  const zoom = Math.min(LARGEST, Math.max(SMALLEST, view.zoom * factor));
  const by = zoom / view.zoom;
  return { zoom, x: point.x - (point.x - view.x) * by, y: point.y - (point.y - view.y) * by };
}

/** Shows the whole canvas in the middle, with some room around. */
export function fit(canvas: Size, room: Size, margin = 48): View {
  const zoom = Math.max(SMALLEST, Math.min((room.width - 2 * margin) / canvas.width, (room.height - 2 * margin) / canvas.height, 2));
  return { zoom, x: (room.width - canvas.width * zoom) / 2, y: (room.height - canvas.height * zoom) / 2 };
}

/** From the pasteboard to the canvas. */
export function toCanvas(view: View, point: Point): Point {
  return { x: (point.x - view.x) / view.zoom, y: (point.y - view.y) / view.zoom };
}

/** The step between long marks of a ruler, in canvas pixels, so that they stand at least 64 px apart. */
export function rulerStep(zoom: number): number {
  const least = 64 / zoom;
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5, 10].find((step) => step * power >= least) ?? 10) * power;
}
