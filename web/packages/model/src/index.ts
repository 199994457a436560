// What a plan and a body are, and what stands on the screen at a time. Values in, values out: no page, no clock, no network.
export type {
  Body,
  Canvas,
  ClockElement,
  Element,
  Fit,
  Frame,
  ImageElement,
  Page,
  ShapeElement,
  TextElement,
  TextStyle,
  Transition,
  VideoElement,
} from "./body.ts";
export type {
  Content,
  FileFacts,
  FontFacts,
  Item,
  MediaFacts,
  Plan,
  Play,
  Program,
  Shuffle,
  Slot,
  ViewerFacts,
  ZoneOffset,
} from "./plan.ts";
export { offsetOf, type Sample } from "./clock.ts";
export { orderOf, position, type Position } from "./position.ts";
export { readBody } from "./read_body.ts";
export { readPlan } from "./read_plan.ts";
export { entryOf, isHash, isList, isMaybe, isNumber, isObject, isText, isTime, type Members } from "./shape.ts";
export { fallbackAnchor, nextBoundary, slotAt } from "./slot.ts";
export { civilAt, offsetAt, type Civil } from "./zone.ts";
