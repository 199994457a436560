// A person who has a keyboard and nothing else.
import assert from "node:assert/strict";
import { Picture } from "./picture.mjs";

const PATIENCE = 30_000;
/** How far round the marked element a mark may lie, in pixels. */
const ROUND = 6;
/** A pixel of a mark differs from what lies below it by so much in the mean of its channels. */
const CLEAR = 24;
/** The fewest pixels that a person notices: less than one side of the smallest button. */
const FEWEST = 20;

/** Takes the marks of the focus away, and nothing else. */
const UNMARKED = ":focus, label:has(:focus), label:has(:focus) * { outline-color: transparent !important; }";

export class Keyboard {
  constructor(page) {
    this.page = page;
    /** What was passed or used, in order, for whoever reads a failure. */
    this.way = [];
  }

  /** Goes on by Tab until what `wanted` finds has the focus, and makes sure that a person sees it there. */
  async reach(wanted, most = 120) {
    await wanted.waitFor({ state: "attached" });
    const name = String(wanted);
    // Who cannot press a button yet waits until it can be pressed.
    for (const end = Date.now() + PATIENCE; !(await wanted.isEnabled()); await this.page.waitForTimeout(50)) if (Date.now() > end) throw new Error(`${name} stays disabled`);
    for (let steps = 0; !(await wanted.evaluate((node) => node === document.activeElement)); steps++) {
      if (steps === most) throw new Error(`${name} is not reached by ${most} times Tab; the way: ${this.way.slice(-most).join(" > ")}`);
      await this.page.keyboard.press("Tab");
      this.way.push(await this.page.evaluate(() => `${document.activeElement.tagName.toLowerCase()} ${(document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent ?? "").trim().slice(0, 24)}`));
    }
    await this.marked(name);
  }

  /** Reaches it and presses a key there. */
  async press(wanted, key = "Enter") {
    await this.reach(wanted);
    await this.page.keyboard.press(key);
  }

  /** Reaches a field and writes into it. */
  async write(wanted, text) {
    await this.reach(wanted);
    await this.page.keyboard.type(text);
  }

  /** That the focus can be seen: the picture with its mark differs from the one without, at the place of what has it. */
  async marked(name) {
    const { page } = this;
    const clip = await page.evaluate((round) => {
      const active = document.activeElement;
      const box = (active.closest("label") ?? active).getBoundingClientRect();
      const left = Math.max(0, Math.floor(box.left) - round);
      const top = Math.max(0, Math.floor(box.top) - round);
      return { x: left, y: top, width: Math.min(innerWidth, Math.ceil(box.right) + round) - left, height: Math.min(innerHeight, Math.ceil(box.bottom) + round) - top };
    }, ROUND);
    assert.ok(clip.width > 0 && clip.height > 0, `${name} has the focus outside of the window`);
    const look = async () => Picture.ofPng(await page.screenshot({ clip, animations: "disabled" }));
    // Scrolling and what appears with the focus come to rest before the two pictures are compared.
    for (let tries = 0; ; tries++) {
      const before = await look();
      const style = await page.addStyleTag({ content: UNMARKED });
      const without = await look();
      await style.evaluate((node) => node.remove());
      const after = await look();
      if (before.difference(after) > 0 && tries < 20) continue;
      const pixels = difference(before, without);
      assert.ok(pixels >= FEWEST, `nobody sees that ${name} has the focus: ${pixels} pixels of its mark`);
      return;
    }
  }
}

/** How many pixels differ clearly. */
function difference(one, other) {
  let count = 0;
  for (let at = 0; at < one.data.length; at += 3) {
    const sum = Math.abs(one.data[at] - other.data[at]) + Math.abs(one.data[at + 1] - other.data[at + 1]) + Math.abs(one.data[at + 2] - other.data[at + 2]);
    if (sum / 3 > CLEAR) count += 1;
  }
  return count;
}
