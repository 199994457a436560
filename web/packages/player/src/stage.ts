import { turn, upright, type Size } from "./fit.ts";
import { addStyle } from "./style.ts";

/** The area of the whole player: fills its host, turned so that content stands upright on a screen that hangs turned. */
export class Stage {
  readonly node = document.createElement("div");
  /** The area that layers fill, in CSS pixels. */
  area: Size = { width: 1, height: 1 };
  private rotation = 0;

  constructor(private readonly host: HTMLElement) {
    addStyle();
    this.node.className = "sb-stage";
    host.appendChild(this.node);
    this.fit();
  }

  /** Degrees clockwise: 0, 90, 180 or 270. */
  rotate(rotation: number): void {
    this.rotation = rotation;
    this.fit();
  }

  /** Takes the host's size anew. */
  fit(): void {
    const screen = { width: this.host.clientWidth || window.innerWidth, height: this.host.clientHeight || window.innerHeight };
    this.area = upright(screen, this.rotation);
    this.node.style.width = `${this.area.width}px`;
    this.node.style.height = `${this.area.height}px`;
    this.node.style.transform = turn(screen, this.rotation);
  }
}
