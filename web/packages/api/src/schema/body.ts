/** The body of a presentation, version 1 (`docs/protocols/presentation-body.md`). Absent members have their default. */
import type { Id, Size, Transition } from "./cells.ts";

export interface Frame {
  x: number;
  y: number;
  w: number;
  h: number;
}

interface Common {
  id: string;
  name?: string;
  frame: Frame;
  rotation?: number;
  opacity?: number;
  locked?: boolean;
  hidden?: boolean;
}

export interface TextStyle {
  font?: string;
  size?: number;
  weight?: number;
  italic?: boolean;
  colour?: string;
  align?: "start" | "center" | "end" | "justify";
  valign?: "top" | "middle" | "bottom";
  line_height?: number;
  letter_spacing?: number;
  direction?: "auto" | "ltr" | "rtl";
  language?: string;
  fill?: string | null;
  padding?: number;
  radius?: number;
}

export interface TextElement extends Common, TextStyle {
  kind: "text";
  text?: string;
}

export interface ClockElement extends Common, TextStyle {
  kind: "clock";
  format?: string;
  zone?: string;
}

export type MediaFit = "contain" | "cover" | "stretch";

export interface ImageElement extends Common {
  kind: "image";
  media: Id;
  fit?: MediaFit;
  radius?: number;
}

export interface VideoElement extends Common {
  kind: "video";
  media: Id;
  fit?: MediaFit;
  radius?: number;
  volume?: number;
  muted?: boolean;
  loop?: boolean;
}

export interface ShapeElement extends Common {
  kind: "shape";
  shape?: "rectangle" | "ellipse" | "line";
  fill?: string | null;
  gradient?: { from: string; to: string; angle: number } | null;
  stroke?: { colour: string; width: number } | null;
  radius?: number;
}

export type Element = TextElement | ClockElement | ImageElement | VideoElement | ShapeElement;

export interface BodyPage {
  id: string;
  name?: string;
  duration_ms: number;
  transition?: Transition;
  background?: string;
  elements: Element[];
}

export interface Body {
  version: 1;
  canvas: Size & { background?: string };
  pages: BodyPage[];
}

/** The time for all pages, in milliseconds. */
export function bodyLength(body: Body): number {
  return body.pages.reduce((sum, page) => sum + page.duration_ms, 0);
}

/** Ids of all media that the pages use, each once. */
export function bodyMedia(body: Body): Id[] {
  const ids = body.pages.flatMap((page) => page.elements.flatMap((element) => ("media" in element && element.media ? [element.media] : [])));
  return [...new Set(ids)].sort();
}
