import type { ClockElement } from "@signboard/model";
import type { Surroundings } from "../surroundings.ts";
import { civil } from "../text/civil.ts";
import { formatTime } from "../text/pattern.ts";
import { atMost } from "../wait.ts";
import type { Drawn } from "./drawn.ts";
import { loadLetters, overflow, textBlock } from "./text_style.ts";

export function drawClock(element: ClockElement, around: Surroundings): Drawn {
  const language = element.language || around.screen.language;
  const block = textBlock(element, language);
  // Figures of one width, so that the line does not shiver.
  block.words.style.setProperty("font-feature-settings", '"tnum"');
  const zone = element.zone || null;
  let shown = "";
  function show(now: number): void {
    const text = formatTime(element.format || "HH:mm", civil(now, around.offset(zone, now)), language);
    if (text === shown) return;
    shown = text;
    block.words.textContent = text;
  }
  show(around.now());
  return {
    node: block.frame,
    prepare: () => atMost(loadLetters(element, `${shown}0123456789`), 3_000).then(() => undefined),
    start: () => show(around.now()),
    tick: show,
    problem: () => overflow(block),
  };
}
