import type { TextElement } from "@signboard/model";
import type { Surroundings } from "../surroundings.ts";
import { atMost } from "../wait.ts";
import type { Drawn } from "./drawn.ts";
import { loadLetters, overflow, textBlock } from "./text_style.ts";

export function drawText(element: TextElement, around: Surroundings): Drawn {
  const block = textBlock(element, around.screen.language);
  block.words.textContent = element.text || "";
  return {
    node: block.frame,
    prepare: () => atMost(loadLetters(element, element.text || ""), 3_000).then(() => undefined),
    problem: () => overflow(block),
  };
}
