/** What a drag on the canvas does to the frames: moving, resizing and turning with snapping. Pure. */
import type { Frame } from "@signboard/api";
import type { Placing } from "./commands/place-elements.ts";
import { around, bounds, type Handle, move, type Point, resize, rotationTo } from "./kernels/geometry.ts";
import { type Guide, snapEdge, snapMove } from "./kernels/snapping.ts";

export interface Keys {
  shift: boolean;
  alt: boolean;
  /** Held: nothing snaps. */
  ctrl: boolean;
}

export interface Outcome {
  placings: Map<string, Placing>;
  guides: Guide[];
}

export interface Subject {
  /** Where the elements were when the drag began. */
  start: ReadonlyMap<string, Placing>;
  /** What it snaps to. */
  others: Frame[];
  /** How near is near, in canvas pixels. */
  reach: number;
}

export function dragMove({ start, others, reach }: Subject, by: Point, keys: Keys): Outcome {
  const straight = keys.shift ? (Math.abs(by.x) > Math.abs(by.y) ? { x: by.x, y: 0 } : { x: 0, y: by.y }) : by;
  const whole = around([...start.values()].map((one) => bounds(one.frame, one.rotation)));
  const snap = keys.ctrl ? { dx: 0, dy: 0, guides: [] } : snapMove({ ...whole, x: whole.x + straight.x, y: whole.y + straight.y }, others, reach);
  const shift = { x: straight.x + (keys.shift && straight.x === 0 ? 0 : snap.dx), y: straight.y + (keys.shift && straight.y === 0 ? 0 : snap.dy) };
  return { placings: new Map([...start].map(([id, one]) => [id, { ...one, frame: move(one.frame, shift) }])), guides: snap.guides };
}

export function dragResize({ start, others, reach }: Subject, handle: Handle, by: Point, keys: Keys, keepRatio: boolean): Outcome {
  const [id, one] = [...start][0] as [string, Placing];
  const options = { ratio: keepRatio !== keys.shift && handle.x !== 0 && handle.y !== 0, middle: keys.alt };
  const first = resize(one.frame, one.rotation, handle, by, options);
  // Edges of turned frames stand askew, and a fixed ratio leaves no freedom: neither snaps.
  if (keys.ctrl || one.rotation !== 0 || options.ratio) return { placings: new Map([[id, { ...one, frame: first }]]), guides: [] };
  const snap = snapEdge(first, handle, others, reach);
  const frame = resize(one.frame, one.rotation, handle, { x: by.x + snap.dx, y: by.y + snap.dy }, options);
  return { placings: new Map([[id, { ...one, frame }]]), guides: snap.guides };
}

export function dragRotate({ start }: Subject, at: Point, keys: Keys): Outcome {
  const [id, one] = [...start][0] as [string, Placing];
  return { placings: new Map([[id, { ...one, rotation: rotationTo(one.frame, at, keys.shift) }]]), guides: [] };
}
