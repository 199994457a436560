import { backdrop, civil, formatTime, type Size } from "@signboard/player";
import type { BootFacts } from "./boot.ts";
import { bootWordsOf } from "./boot_words.ts";
import { add, largest, spaced } from "../screens/frame.ts";

/** One em is a hundredth of the area's shorter side. Nothing is smaller than 2.8 em: legible from five metres on a 43-inch panel. */
export const BOOT_STYLE = `
.boot-body { position: absolute; left: 6%; right: 6%; top: 5%; bottom: 5%; display: flex; flex-direction: column; overflow: hidden; line-height: 1.25; }
.boot-head { display: flex; justify-content: space-between; align-items: baseline; flex: none; }
.boot-name { color: #f6b44b; font-size: 6.4em; font-weight: 600; letter-spacing: -0.02em; min-width: 0; word-wrap: break-word; line-height: 1.1; }
.boot-time { font-size: 6.4em; font-weight: 400; font-feature-settings: "tnum"; margin-left: 0.6em; flex: none; white-space: nowrap; }
.boot-middle { flex: 1 0 auto; display: flex; flex-direction: column; justify-content: center; padding: 1.5em 0; }
.boot-title { font-size: 7em; font-weight: 600; line-height: 1.12; letter-spacing: -0.02em; }
.boot-title .own-pulse { display: inline-block; width: 0.4em; height: 0.4em; margin: 0 0.45em 0 0.05em; vertical-align: 0.12em; }
.boot-above { color: #b9c7d6; font-size: 4em; font-weight: 500; }
.boot-found { font-size: 4.4em; font-weight: 500; margin-top: 0.3em; }
.boot-found div { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; padding-left: 0.8em; border-left: 0.14em solid #f6b44b; margin-top: 0.25em; }
.boot-text { color: #dbe4ed; font-size: 3.7em; line-height: 1.35; margin-top: 0.4em; max-width: 40em; }
.boot-foot { display: flex; flex: none; }
.boot-tall .boot-foot { display: block; }
.boot-part { flex: 1 1 50%; min-width: 0; }
.boot-part + .boot-part { margin-left: 4em; }
.boot-tall .boot-part + .boot-part { margin: 2.4em 0 0; }
.boot-label { color: #9fb1c4; font-size: 2.8em; }
.boot-row { display: flex; font-size: 3.3em; line-height: 1.4; }
.boot-row .boot-label { flex: none; width: 6.6em; font-size: 0.85em; line-height: 1.65; }
.boot-value { min-width: 0; word-wrap: break-word; font-feature-settings: "tnum"; }
.boot-one { display: inline-block; margin-right: 1.1em; }
.boot-try { font-size: 3em; line-height: 1.3; margin-top: 0.25em; word-wrap: break-word; }
.boot-try b { font-weight: 600; margin-right: 0.5em; }
.boot-try span { color: #c9d5e1; }
`;

/** What a screen shows that has nothing to play: who and where it is, what it tried, and what a person can do. */
export class BootPage {
  readonly node = document.createElement("div");
  private readonly body: HTMLElement;
  private time: HTMLElement = document.createElement("div");
  private facts: BootFacts;

  constructor(
    facts: BootFacts,
    private area: Size,
    private readonly now: () => number,
    private readonly offset: () => number,
  ) {
    this.facts = facts;
    this.node.className = "own";
    this.node.appendChild(backdrop());
    this.body = add(add(this.node, "sb-float"), "");
  }

  /** Draws it, for these facts or an area of this size. The node has to be in the document: what has no room is left out. */
  draw(facts: BootFacts, area: Size): void {
    this.facts = facts;
    this.area = area;
    this.fill(facts.tried.length, 1);
    for (let tries = facts.tried.length - 1; tries >= 1 && this.overflows(); tries--) this.fill(tries, 1);
    for (let scale = 0.92; scale > 0.4 && this.overflows(); scale *= 0.92) this.fill(Math.min(1, facts.tried.length), scale);
  }

  /** Call at least every second. */
  tick(): void {
    const main = this.facts.language.toLowerCase();
    const text = formatTime(main === "en-us" ? "h:mm:ss a" : "HH:mm:ss", civil(this.now(), this.offset()), this.facts.language);
    if (this.time.textContent !== text) this.time.textContent = text;
  }

  private overflows(): boolean {
    return this.body.scrollHeight > this.body.clientHeight + 1 || this.body.scrollWidth > this.body.clientWidth + 1;
  }

  private fill(tries: number, scale: number): void {
    const { facts, body, area } = this;
    const words = bootWordsOf(facts.language);
    const unit = (Math.min(area.width, area.height) / 100) * scale;
    this.node.style.fontSize = `${unit}px`;
    body.className = area.height > area.width ? "boot-body boot-tall" : "boot-body";
    body.textContent = "";
    const head = add(body, "boot-head");
    add(head, "boot-name", facts.name || facts.host_name || "Signboard");
    this.time = add(head, "boot-time");
    this.tick();
    const middle = add(body, "boot-middle");
    if (facts.installation) add(middle, "boot-above", facts.installation);
    const title = add(middle, "boot-title");
    if (facts.state === "searching" || facts.state === "lost") add(title, "own-pulse");
    title.appendChild(document.createTextNode(words.title[facts.state]));
    if (facts.code) add(middle, "own-large", spaced(facts.code)).style.fontSize = `${(largest(facts.code, area) * scale) / unit}em`;
    if (facts.installations.length > 0) {
      const found = add(middle, "boot-found");
      for (const one of facts.installations.slice(0, 6)) add(found, "", one);
    }
    add(middle, "boot-text", facts.remedy || words.remedy[facts.state]);
    const foot = add(body, "boot-foot");
    const here = add(foot, "boot-part");
    this.row(here, words.computer, facts.name ? [facts.host_name] : []);
    this.row(here, words.addresses, facts.addresses.length > 0 ? facts.addresses.slice(0, 4) : [words.noAddress]);
    this.row(here, words.macs, facts.macs.slice(0, 3));
    this.row(here, words.clock, facts.clock ? [facts.clock] : []);
    if (tries === 0) return;
    const tried = add(foot, "boot-part");
    add(tried, "boot-label", words.tried);
    for (const one of facts.tried.slice(0, tries)) {
      const line = add(tried, "boot-try");
      const what = document.createElement("b");
      what.textContent = one.what;
      const outcome = document.createElement("span");
      outcome.textContent = one.outcome;
      line.appendChild(what);
      line.appendChild(outcome);
    }
  }

  private row(parent: HTMLElement, label: string, values: string[]): void {
    if (values.length === 0) return;
    const row = add(parent, "boot-row");
    add(row, "boot-label", label);
    const value = add(row, "boot-value");
    for (const one of values) add(value, "boot-one", one);
  }
}
