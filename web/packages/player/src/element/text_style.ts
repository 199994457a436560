import type { TextStyle } from "@signboard/model";
import { css } from "../colour.ts";

/** The nodes of a text: the frame with its fill, and the words inside. */
export interface TextBlock {
  frame: HTMLElement;
  words: HTMLElement;
}

const ALIGN: { [align: string]: string } = { start: "start", center: "center", end: "end", justify: "justify" };
const VALIGN: { [valign: string]: string } = { top: "flex-start", middle: "center", bottom: "flex-end" };

/** Builds the block that text and clock share. Its size is the frame's; whatever does not fit is cut at the edge. */
export function textBlock(style: TextStyle, language: string): TextBlock {
  const frame = document.createElement("div");
  const words = document.createElement("div");
  frame.appendChild(words);
  const outer = frame.style;
  outer.display = "flex";
  outer.flexDirection = "column";
  outer.justifyContent = VALIGN[style.valign || "top"] || "flex-start";
  outer.boxSizing = "border-box";
  outer.width = "100%";
  outer.height = "100%";
  outer.overflow = "hidden";
  outer.padding = `${style.padding || 0}px`;
  outer.borderRadius = `${style.radius || 0}px`;
  outer.backgroundColor = css(style.fill) || "transparent";

  const inner = words.style;
  inner.flex = "none";
  inner.whiteSpace = "pre-wrap";
  inner.wordWrap = "break-word";
  inner.fontFamily = `"${familyOf(style)}", sans-serif`;
  inner.fontSize = `${style.size || 48}px`;
  inner.fontWeight = String(style.weight || 400);
  inner.fontStyle = style.italic ? "italic" : "normal";
  inner.color = css(style.colour) || "#ffffff";
  inner.lineHeight = String((style.line_height || 120) / 100);
  inner.letterSpacing = style.letter_spacing ? `${style.letter_spacing / 1000}em` : "normal";
  inner.textAlign = ALIGN[style.align || "start"] || "start";
  // Widths that do not depend on the scale, so that lines break alike on every screen and in the editor.
  inner.textRendering = "geometricPrecision";
  words.lang = style.language || language;
  if (style.direction === "rtl" || style.direction === "ltr") {
    words.dir = style.direction;
  } else {
    words.dir = "auto";
    inner.setProperty("unicode-bidi", "plaintext");
  }
  return { frame, words };
}

/** Loads the letters that `text` needs; what does not come in time is drawn with the browser's own font. */
export function loadLetters(style: TextStyle, text: string): Promise<unknown> {
  if (!document.fonts || !document.fonts.load) return Promise.resolve();
  const italic = style.italic ? "italic " : "";
  return document.fonts.load(`${italic}${style.weight || 400} ${style.size || 48}px "${familyOf(style)}"`, text);
}

/** What is wrong with the block for an editor. */
export function overflow(block: TextBlock): string | null {
  const padding = parseFloat(block.frame.style.padding) || 0;
  const high = block.words.offsetHeight > block.frame.clientHeight - 2 * padding + 1;
  const wide = block.words.scrollWidth > block.frame.clientWidth - 2 * padding + 1;
  return high || wide ? "The text does not fit its frame." : null;
}

/** A name may not leave its quotes in a style. */
function familyOf(style: TextStyle): string {
  return (style.font || "Inter").replace(/["\\;{}]/g, "");
}
