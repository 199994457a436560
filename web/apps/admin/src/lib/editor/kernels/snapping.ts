/** Snapping of what is moved or resized to the edges and middles of the page and of its other elements. Pure. */
import type { Frame } from "@signboard/api";

/** A line across the canvas that something stands on. */
export interface Guide {
  axis: "x" | "y";
  at: number;
}

export interface Snap {
  dx: number;
  dy: number;
  guides: Guide[];
}

const lines = (start: number, size: number) => [start, start + size / 2, start + size];

function nearest(own: number[], others: number[], reach: number): { by: number; at: number } | null {
  let best: { by: number; at: number } | null = null;
  for (const line of own) for (const at of others) {
    const by = at - line;
    if (Math.abs(by) <= reach && (best === null || Math.abs(by) < Math.abs(best.by))) best = { by, at };
  }
  return best;
}

/** How far the moved frame is to be shifted so that it stands on the nearest line within reach, on each axis alone. */
export function snapMove(moved: Frame, others: Frame[], reach: number): Snap {
  const x = nearest(lines(moved.x, moved.w), others.flatMap((one) => lines(one.x, one.w)), reach);
  const y = nearest(lines(moved.y, moved.h), others.flatMap((one) => lines(one.y, one.h)), reach);
  return { dx: x?.by ?? 0, dy: y?.by ?? 0, guides: [...(x ? [{ axis: "x" as const, at: x.at }] : []), ...(y ? [{ axis: "y" as const, at: y.at }] : [])] };
}

/** The same for the one edge that a handle drags. */
export function snapEdge(resized: Frame, handle: { x: number; y: number }, others: Frame[], reach: number): Snap {
  const edge = (side: number, start: number, size: number) => (side === 0 ? [] : [side < 0 ? start : start + size]);
  const x = nearest(edge(handle.x, resized.x, resized.w), others.flatMap((one) => lines(one.x, one.w)), reach);
  const y = nearest(edge(handle.y, resized.y, resized.h), others.flatMap((one) => lines(one.y, one.h)), reach);
  return { dx: x?.by ?? 0, dy: y?.by ?? 0, guides: [...(x ? [{ axis: "x" as const, at: x.at }] : []), ...(y ? [{ axis: "y" as const, at: y.at }] : [])] };
}
