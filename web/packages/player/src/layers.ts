import type { Stage } from "./stage.ts";
import type { View } from "./view.ts";

interface Layer {
  view: View;
  node: HTMLElement;
}

/** Almost nothing, but enough that the browser draws the layer and keeps it ready. */
const UNSEEN = "0.001";
/** The z-index of layers that wait; those that are shown count from 1. */
const ABOVE = 1_000_000_000;

/** The stacked layers of a stage. Whatever is below stays opaque until the one above covers it: no gap is ever seen between two. */
export class Layers {
  private readonly stack: Layer[] = [];
  private waiting: Layer[] = [];
  private covering: number | undefined;
  private order = 0;

  constructor(private readonly stage: Stage) {}

  /** Puts a view above all, unseen, so that it can be laid out, loaded and drawn. */
  wait(view: View): void {
    const node = document.createElement("div");
    node.className = "sb-layer";
    node.style.opacity = UNSEEN;
    node.style.zIndex = String(ABOVE);
    node.appendChild(view.node);
    this.stage.node.appendChild(node);
    this.waiting.push({ view, node });
    view.layout(this.stage.area);
  }

  /** Takes a view that waits away again. */
  drop(view: View): void {
    this.waiting = this.waiting.filter((layer) => {
      if (layer.view !== view) return true;
      remove(layer);
      return false;
    });
  }

  /** Shows a view that waits: at once with 0 ms, else by a fade over what stands there. */
  show(view: View, fade: number): void {
    const layer = this.waiting.filter((one) => one.view === view)[0];
    if (!layer) return;
    this.waiting = this.waiting.filter((one) => one !== layer);
    this.settle();
    this.stack.push(layer);
    const style = layer.node.style;
    style.zIndex = String((this.order += 1));
    if (fade > 0 && this.stack.length > 1) {
      // Read once so that the browser fades from what is drawn now.
      void layer.node.offsetWidth;
      style.transition = `opacity ${fade}ms linear`;
    }
    style.opacity = "1";
    const wait = this.stack.length > 1 ? fade : 0;
    // Two frames more than the fade: only then is the last one of it on the screen.
    this.covering = window.setTimeout(() => this.settle(), wait + 50);
  }

  layout(): void {
    for (const layer of this.stack.concat(this.waiting)) layer.view.layout(this.stage.area);
  }

  /** Every view that is on the stage. */
  views(): View[] {
    return this.stack.concat(this.waiting).map((layer) => layer.view);
  }

  /** Ends a fade that still runs: the top covers all. */
  private settle(): void {
    clearTimeout(this.covering);
    const top = this.stack[this.stack.length - 1];
    if (!top) return;
    top.node.style.transition = "";
    for (const layer of this.stack.splice(0, this.stack.length - 1)) remove(layer);
  }
}

function remove(layer: Layer): void {
  layer.view.stop();
  if (layer.node.parentNode) layer.node.parentNode.removeChild(layer.node);
}
