import type { ShapeElement } from "@signboard/model";
import { css } from "../colour.ts";
import type { Drawn } from "./drawn.ts";

const SVG = "http://www.w3.org/2000/svg";

/** The stroke lies inside the frame; a gradient's angle is CSS's: 0 runs upwards, 90 to the right. */
export function drawShape(element: ShapeElement): Drawn {
  return { node: element.shape === "line" ? line(element) : area(element) };
}

function area(element: ShapeElement): HTMLElement {
  const node = document.createElement("div");
  const style = node.style;
  style.boxSizing = "border-box";
  style.width = "100%";
  style.height = "100%";
  style.borderRadius = element.shape === "ellipse" ? "50%" : `${element.radius || 0}px`;
  const fill = css(element.fill);
  if (fill) style.backgroundColor = fill;
  const from = element.gradient && css(element.gradient.from);
  const to = element.gradient && css(element.gradient.to);
  if (element.gradient && from && to) {
    style.backgroundColor = "transparent";
    style.backgroundImage = `linear-gradient(${element.gradient.angle || 0}deg, ${from}, ${to})`;
    style.backgroundOrigin = "border-box";
  }
  const stroke = element.stroke && css(element.stroke.colour);
  if (element.stroke && stroke && element.stroke.width > 0) style.border = `${element.stroke.width}px solid ${stroke}`;
  return node;
}

function line(element: ShapeElement): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const { w, h } = element.frame;
  svg.setAttribute("width", "100%");
  svg.setAttribute("height", "100%");
  svg.setAttribute("viewBox", `0 0 ${Math.max(1, w)} ${Math.max(1, h)}`);
  svg.style.overflow = "visible";
  svg.style.display = "block";
  const drawn = document.createElementNS(SVG, "line");
  const stroke = element.stroke;
  const at: { [name: string]: string | number } = {
    x1: 0,
    y1: 0,
    x2: w,
    y2: h,
    stroke: css(stroke && stroke.colour) || css(element.fill) || "#ffffff",
    "stroke-width": (stroke && stroke.width) || 2,
  };
  for (const name of Object.keys(at)) drawn.setAttribute(name, String(at[name]));
  svg.appendChild(drawn);
  return svg;
}
