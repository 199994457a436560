// The body of a presentation, as in docs/protocols/presentation-body.md. Optional members have the defaults given there.

/** How content of another shape is fitted in. */
export type Fit = "contain" | "cover" | "stretch";

/** How one item gives way to the next. */
export interface Transition {
  kind: "cut" | "fade";
  /** milliseconds; 0 for a cut */
  ms: number;
}

/** A rectangle on the canvas in pixels; it may reach outside. */
export interface Frame {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** What every element has. */
interface Base {
  id: string;
  /** for the editor's list of layers */
  name?: string;
  frame: Frame;
  /** degrees clockwise about the middle of the frame */
  rotation?: number;
  /** per cent */
  opacity?: number;
  /** for the editor */
  locked?: boolean;
  /** not drawn */
  hidden?: boolean;
}

/** What text and clock share. */
export interface TextStyle {
  font?: string;
  /** pixels */
  size?: number;
  /** 100 to 900 */
  weight?: number;
  italic?: boolean;
  colour?: string;
  align?: "start" | "center" | "end" | "justify";
  valign?: "top" | "middle" | "bottom";
  /** per cent of the size */
  line_height?: number;
  /** thousandths of the size */
  letter_spacing?: number;
  direction?: "auto" | "ltr" | "rtl";
  /** BCP 47 tag; absent = the viewer's */
  language?: string;
  /** colour of the frame behind the text */
  fill?: string;
  /** pixels */
  padding?: number;
  /** of the fill's corners, pixels */
  radius?: number;
}

export interface TextElement extends Base, TextStyle {
  kind: "text";
  text?: string;
}

export interface ClockElement extends Base, TextStyle {
  kind: "clock";
  /** pattern of Unicode TR 35 */
  format?: string;
  /** IANA zone; absent = the viewer's */
  zone?: string;
}

export interface ImageElement extends Base {
  kind: "image";
  /** id of a media record */
  media: string;
  fit?: Fit;
  /** pixels */
  radius?: number;
}

export interface VideoElement extends Base {
  kind: "video";
  /** id of a media record */
  media: string;
  fit?: Fit;
  /** pixels */
  radius?: number;
  /** per cent, multiplied by the viewer's */
  volume?: number;
  muted?: boolean;
  /** starts over until the page ends; absent = true */
  loop?: boolean;
}

export interface ShapeElement extends Base {
  kind: "shape";
  shape?: "rectangle" | "ellipse" | "line";
  fill?: string;
  /** two colours, and degrees; wins over `fill` */
  gradient?: { from: string; to: string; angle: number };
  /** width in pixels */
  stroke?: { colour: string; width: number };
  /** pixels */
  radius?: number;
}

/** An element of a kind that this version knows. A body may hold others, which players skip. */
export type Element = TextElement | ClockElement | ImageElement | VideoElement | ShapeElement;

/** The drawing area of all pages. */
export interface Canvas {
  /** pixels */
  width: number;
  /** pixels */
  height: number;
  background?: string;
}

export interface Page {
  /** unique in the body */
  id: string;
  name?: string;
  /** how long it stands, its transition included */
  duration_ms: number;
  /** how it comes in */
  transition?: Transition;
  background?: string;
  /** the lowest first */
  elements: Element[];
}

/** Pages of elements on a canvas. */
export interface Body {
  version: number;
  canvas: Canvas;
  pages: Page[];
}
