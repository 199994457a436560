import { backdrop, type Size } from "@signboard/player";

/** One line of small print. */
export type Fact = [label: string, value: string];

/** Parts of a screen of the player's own. */
export interface Frame {
  /** The installation's name */
  above?: string;
  /** The large middle: a code or a name */
  large?: string;
  title?: string;
  text?: string;
  facts: Fact[];
}

export const SCREEN_STYLE = `
.own { position: absolute; left: 0; top: 0; width: 100%; height: 100%; z-index: 2000000000; color: #eef3f8; cursor: none;
  font-family: Inter, "Signboard Inter", Roboto, "Helvetica Neue", Arial, sans-serif; }
.own-body { position: absolute; left: 8%; right: 8%; top: 7%; bottom: 7%; display: flex; flex-direction: column; }
.own-above { color: #f6b44b; font-size: 4.2em; font-weight: 500; line-height: 1.2; }
.own-middle { flex: 1; display: flex; flex-direction: column; justify-content: center; min-height: 0; }
.own-title { font-size: 7em; font-weight: 600; line-height: 1.15; letter-spacing: -0.02em; }
.own-large { font-weight: 600; line-height: 1.05; letter-spacing: 0.04em; margin: 0.08em 0; white-space: nowrap; }
.own-name { letter-spacing: -0.03em; white-space: normal; word-wrap: break-word; }
.own-text { color: #c9d5e1; font-size: 4em; line-height: 1.4; max-width: 34em; margin-top: 0.4em; }
.own-facts { display: flex; flex-wrap: wrap; color: #9fb1c4; font-size: 2.3em; line-height: 1.5; }
.own-fact { margin-right: 2.6em; }
.own-fact b { color: #d9e2ec; font-weight: 500; margin-left: 0.5em; }
.own-pulse { display: block; width: 0.5em; height: 0.5em; border-radius: 50%; background: #f6b44b; margin: 0 0 0.6em 0.1em;
  animation: own-pulse 2.4s ease-in-out infinite alternate; }
@keyframes own-pulse { from { opacity: 0.25; transform: scale(0.8); } to { opacity: 1; transform: scale(1); } }
`;

/** Builds the screen for an area: one em is a hundredth of its shorter side, so that it is legible from 5 metres on any. */
export function frame(parts: Frame, pulse: boolean, area: Size): HTMLElement {
  const node = document.createElement("div");
  node.className = "own";
  const unit = Math.min(area.width, area.height) / 100;
  node.style.fontSize = `${unit}px`;
  node.appendChild(backdrop());
  const float = add(node, "sb-float");
  const body = add(float, "own-body");
  add(body, "own-above", parts.above || "\u00a0");
  const middle = add(body, "own-middle");
  if (parts.title) {
    const title = add(middle, "own-title");
    if (pulse) add(title, "own-pulse");
    title.appendChild(document.createTextNode(parts.title));
  }
  if (parts.large) add(middle, "own-large", parts.large).style.fontSize = `${largest(parts.large, area) / unit}em`;
  if (parts.text) add(middle, "own-text", parts.text);
  const facts = add(body, "own-facts");
  for (const [label, value] of parts.facts) {
    const fact = add(facts, "own-fact", label);
    const bold = document.createElement("b");
    bold.textContent = value;
    fact.appendChild(bold);
  }
  return node;
}

/** The size in pixels at which a word fills the width, within reason. */
export function largest(text: string, area: Size): number {
  const longest = Math.max(...text.split(/\s+/).map((word) => word.length), Math.min(text.length, 7));
  return Math.min(Math.min(area.width, area.height) * 0.26, (area.width * 0.84) / (longest * 0.72));
}

/** Appends a node of this class. */
export function add(parent: HTMLElement, name: string, text?: string): HTMLElement {
  const node = document.createElement("div");
  node.className = name;
  if (text !== undefined) node.textContent = text;
  parent.appendChild(node);
  return node;
}

/** A code in two groups of three, which are read and typed with fewer errors. */
export function spaced(code: string): string {
  return code.length === 6 ? `${code.slice(0, 3)}\u2009${code.slice(3)}` : code;
}
