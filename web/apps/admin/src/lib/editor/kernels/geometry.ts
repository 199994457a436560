/** Frames, turned frames, and how they are dragged by their handles. Pure; pixels of the canvas, degrees clockwise. */
import type { Frame } from "@signboard/api";

export interface Point {
  x: number;
  y: number;
}

/** Where a handle sits: -1 left or top, 0 middle, 1 right or bottom. */
export interface Handle {
  x: -1 | 0 | 1;
  y: -1 | 0 | 1;
}

export const HANDLES: Handle[] = ([-1, 0, 1] as const).flatMap((y) => ([-1, 0, 1] as const).map((x) => ({ x, y }))).filter((handle) => handle.x !== 0 || handle.y !== 0);

const SMALLEST = 1;

export function centre(frame: Frame): Point {
  return { x: frame.x + frame.w / 2, y: frame.y + frame.h / 2 };
}

export function turn(point: Point, about: Point, degrees: number): Point {
  const radians = (degrees * Math.PI) / 180;
  const dx = point.x - about.x;
  const dy = point.y - about.y;
  return { x: about.x + dx * Math.cos(radians) - dy * Math.sin(radians), y: about.y + dx * Math.sin(radians) + dy * Math.cos(radians) };
}

/** The four corners of a turned frame, from the upper left clockwise. */
export function corners(frame: Frame, degrees: number): Point[] {
  const about = centre(frame);
  const { x, y, w, h } = frame;
  return [{ x, y }, { x: x + w, y }, { x: x + w, y: y + h }, { x, y: y + h }].map((corner) => turn(corner, about, degrees));
}

/** The upright frame around a turned one. */
export function bounds(frame: Frame, degrees = 0): Frame {
  if (degrees % 360 === 0) return frame;
  return around(corners(frame, degrees).map((corner) => ({ x: corner.x, y: corner.y, w: 0, h: 0 })));
}

/** The frame around several. */
export function around(frames: Frame[]): Frame {
  const left = Math.min(...frames.map((frame) => frame.x));
  const top = Math.min(...frames.map((frame) => frame.y));
  return { x: left, y: top, w: Math.max(...frames.map((frame) => frame.x + frame.w)) - left, h: Math.max(...frames.map((frame) => frame.y + frame.h)) - top };
}

/** Drags a handle of a turned frame; the opposite side stays where it is seen, or the middle does. */
export function resize(frame: Frame, degrees: number, handle: Handle, by: Point, options: { ratio?: boolean; middle?: boolean } = {}): Frame {
  const local = turn(by, { x: 0, y: 0 }, -degrees);
  const reach = options.middle ? 2 : 1;
  let w = Math.max(SMALLEST, frame.w + local.x * handle.x * reach);
  let h = Math.max(SMALLEST, frame.h + local.y * handle.y * reach);
  if (options.ratio) {
    const scale = handle.x === 0 ? h / frame.h : handle.y === 0 ? w / frame.w : Math.max(w / frame.w, h / frame.h);
    w = Math.max(SMALLEST, frame.w * scale);
    h = Math.max(SMALLEST, frame.h * scale);
  }
  const about = centre(frame);
  const fixed = options.middle ? { x: 0, y: 0 } : { x: (-handle.x * (w - frame.w)) / 2, y: (-handle.y * (h - frame.h)) / 2 };
  const shift = turn({ x: -fixed.x, y: -fixed.y }, { x: 0, y: 0 }, degrees);
  return whole({ x: about.x + shift.x - w / 2, y: about.y + shift.y - h / 2, w, h });
}

/** The rotation that points the upper edge's middle at a point; in steps of 15 degrees if wished. */
export function rotationTo(frame: Frame, point: Point, steps: boolean): number {
  const about = centre(frame);
  const degrees = (Math.atan2(point.y - about.y, point.x - about.x) * 180) / Math.PI + 90;
  const rounded = steps ? Math.round(degrees / 15) * 15 : Math.round(degrees);
  const turned = ((rounded % 360) + 360) % 360;
  return turned > 180 ? turned - 360 : turned;
}

/** A frame of whole pixels: bodies hold integers only. */
export function whole(frame: Frame): Frame {
  return { x: Math.round(frame.x), y: Math.round(frame.y), w: Math.max(SMALLEST, Math.round(frame.w)), h: Math.max(SMALLEST, Math.round(frame.h)) };
}

export function move(frame: Frame, by: Point): Frame {
  return whole({ ...frame, x: frame.x + by.x, y: frame.y + by.y });
}

export function touches(a: Frame, b: Frame): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/** The frame between two corners, in any order. */
export function between(a: Point, b: Point): Frame {
  return { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), w: Math.abs(a.x - b.x), h: Math.abs(a.y - b.y) };
}
