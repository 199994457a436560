import type { Body, Element as BodyElement, Page } from "@signboard/model";
import { css } from "./colour.ts";
import { draw } from "./element/draw.ts";
import type { Drawn } from "./element/drawn.ts";
import { place, type Size } from "./fit.ts";
import type { Surroundings } from "./surroundings.ts";
import type { View } from "./view.ts";

/** What an editor should know of an element. */
export interface Problem {
  element: string;
  text: string;
}

interface Part {
  id: string;
  drawn: Drawn;
  box: HTMLElement;
}

/** One page of a presentation as it is at a time. Elements whose media is missing or broken are left out; the rest plays. */
export class PageView implements View {
  readonly node = document.createElement("div");
  private readonly canvas = document.createElement("div");
  private parts: Part[] = [];
  private missing: Problem[] = [];

  constructor(
    private readonly body: Body,
    page: Page,
    private readonly around: Surroundings,
    at: number,
  ) {
    const background = css(page.background) || css(body.canvas.background) || "#000000";
    // The bars of "contain" have the page's colour too.
    this.node.style.background = background;
    this.node.className = "sb-fill";
    const style = this.canvas.style;
    style.position = "absolute";
    style.left = "0";
    style.top = "0";
    style.width = `${body.canvas.width}px`;
    style.height = `${body.canvas.height}px`;
    style.overflow = "hidden";
    style.background = background;
    style.transformOrigin = "0 0";
    for (const element of page.elements || []) this.add(element, at);
    this.node.appendChild(this.canvas);
  }

  prepare(position: number): Promise<void> {
    return Promise.all(
      this.parts.map((part) =>
        new Promise<void>((resolve) => resolve(part.drawn.prepare && part.drawn.prepare(position))).catch((error: Error) => this.leaveOut(part, error.message)),
      ),
    ).then(() => undefined);
  }

  start(at: number): void {
    for (const part of this.parts) if (part.drawn.start) part.drawn.start(at);
  }

  tick(now: number): void {
    for (const part of this.parts) if (part.drawn.tick) part.drawn.tick(now);
  }

  layout(area: Size): void {
    const at = place(this.around.screen.fit, area, this.body.canvas);
    this.canvas.style.transform = `translate(${at.x}px, ${at.y}px) scale(${at.scaleX}, ${at.scaleY})`;
  }

  stop(): void {
    for (const part of this.parts) if (part.drawn.stop) part.drawn.stop();
    this.parts = [];
  }

  /** What does not fit or is missing. Call when prepared. */
  problems(): Problem[] {
    const found = this.missing.slice();
    for (const part of this.parts) {
      const text = part.drawn.problem ? part.drawn.problem() : null;
      if (text) found.push({ element: part.id, text });
    }
    return found;
  }

  private add(element: BodyElement, at: number): void {
    let drawn: Drawn | null;
    try {
      drawn = draw(element, this.around, at);
    } catch (error) {
      // One malformed element must not take the page with it.
      this.missing.push({ element: element.id, text: `The element cannot be drawn: ${(error as Error).message}` });
      return;
    }
    if (!drawn) {
      if (!element.hidden && (element.kind === "image" || element.kind === "video")) {
        this.missing.push({ element: element.id, text: "The media of this element is missing." });
      }
      return;
    }
    const box = document.createElement("div");
    const { x, y, w, h } = element.frame;
    const style = box.style;
    style.position = "absolute";
    style.left = `${x}px`;
    style.top = `${y}px`;
    style.width = `${w}px`;
    style.height = `${h}px`;
    if (element.rotation) style.transform = `rotate(${element.rotation}deg)`;
    if (element.opacity !== undefined && element.opacity !== 100) style.opacity = String(element.opacity / 100);
    box.appendChild(drawn.node);
    this.canvas.appendChild(box);
    this.parts.push({ id: element.id, drawn, box });
  }

  private leaveOut(part: Part, why: string): void {
    // A page that was dropped while it loaded has nothing to report.
    if (this.parts.indexOf(part) < 0) return;
    if (part.drawn.stop) part.drawn.stop();
    if (part.box.parentNode) part.box.parentNode.removeChild(part.box);
    this.parts = this.parts.filter((other) => other !== part);
    this.missing.push({ element: part.id, text: `The media of this element cannot be shown: ${why}` });
    this.around.report("element.left_out", `Element ${part.id}: ${why}`);
  }
}
