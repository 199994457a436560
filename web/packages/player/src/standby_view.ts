import { backdrop } from "./backdrop.ts";
import type { Size } from "./fit.ts";
import type { Surroundings } from "./surroundings.ts";
import { civil } from "./text/civil.ts";
import { formatTime } from "./text/pattern.ts";
import type { View } from "./view.ts";

/** The order of a date, by language. */
const DATES: { [language: string]: string } = {
  de: "EEEE, d. MMMM",
  nl: "EEEE d MMMM",
  fr: "EEEE d MMMM",
  it: "EEEE d MMMM",
  es: "EEEE, d 'de' MMMM",
};

/** What stands on a screen that has nothing to show: the installation's name and a clock. */
export class StandbyView implements View {
  readonly node = document.createElement("div");
  private readonly words = document.createElement("div");
  private readonly time = line(400, -0.03);
  private readonly date = line(400, 0);
  private readonly name = line(500, 0);

  constructor(private readonly around: Surroundings) {
    this.node.className = "sb-fill";
    this.node.appendChild(backdrop());
    const float = document.createElement("div");
    float.className = "sb-float";
    const style = this.words.style;
    style.position = "absolute";
    style.fontFamily = 'Inter, "Signboard Inter", Roboto, "Helvetica Neue", Arial, sans-serif';
    style.color = "#eef3f8";
    style.setProperty("font-feature-settings", '"tnum"');
    this.name.style.color = "#f6b44b";
    this.date.style.color = "#b9c7d6";
    this.words.appendChild(this.name);
    this.words.appendChild(this.time);
    this.words.appendChild(this.date);
    float.appendChild(this.words);
    this.node.appendChild(float);
    this.tick(around.now());
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  start(): void {
    this.tick(this.around.now());
  }

  tick(now: number): void {
    const { language, installation } = this.around.screen;
    const time = civil(now, this.around.offset(null, now));
    const main = (language || "en").toLowerCase().split("-")[0] as string;
    put(this.time, formatTime(main === "en" && /us/i.test(language) ? "h:mm a" : "HH:mm", time, language));
    put(this.date, formatTime(DATES[main] || "EEEE, d MMMM", time, language));
    put(this.name, installation);
  }

  layout(area: Size): void {
    const unit = Math.min(area.width, area.height * 1.2) / 100;
    const edge = unit * 8;
    this.words.style.left = `${edge}px`;
    this.words.style.right = `${edge}px`;
    this.words.style.bottom = `${edge}px`;
    size(this.name, unit * 4.4, 1.25);
    size(this.time, unit * 21, 1.02);
    size(this.date, unit * 5, 1.3);
  }

  stop(): void {
    // Holds nothing.
  }
}

function line(weight: number, spacing: number): HTMLElement {
  const node = document.createElement("div");
  node.style.fontWeight = String(weight);
  node.style.letterSpacing = `${spacing}em`;
  return node;
}

function size(node: HTMLElement, pixels: number, height: number): void {
  node.style.fontSize = `${pixels}px`;
  node.style.lineHeight = String(height);
}

function put(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
