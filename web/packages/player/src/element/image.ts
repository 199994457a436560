import type { ImageElement } from "@signboard/model";
import { objectFit } from "../fit.ts";
import { Picture } from "../picture.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Drawn } from "./drawn.ts";

/** Null where its media is missing or not to be shown at that time. */
export function drawImage(element: ImageElement, around: Surroundings, at: number): Drawn | null {
  const file = around.media(element.media, at);
  if (!file) return null;
  const picture = new Picture(file.hash, around);
  const style = picture.node.style;
  style.width = "100%";
  style.height = "100%";
  style.display = "block";
  style.objectFit = objectFit(element.fit);
  style.borderRadius = `${element.radius || 0}px`;
  return { node: picture.node, prepare: () => picture.prepare(), stop: () => picture.stop() };
}
