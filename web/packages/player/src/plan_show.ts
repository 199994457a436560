import { entryOf, fallbackAnchor, position, slotAt, type Body, type Item, type Plan, type Program } from "@signboard/model";
import { standby, type Moment, type Show } from "./moment.ts";
import { isValid, steady, type Validity } from "./validity.ts";

/** What is at hand of a plan's files. */
export interface Local {
  has(hash: string): boolean;
  body(hash: string): Body | null;
}

/** A standby is looked at again after this time, in milliseconds. */
const GLANCE = 60_000;

interface Found {
  item: Item;
  /** When it begins, and when the following does */
  start: number;
  end: number;
}

/** A plan as it can be shown with the files that are local: what is missing is skipped. */
export class PlanShow implements Show {
  constructor(
    private readonly plan: Plan,
    private readonly local: Local,
  ) {}

  moment(instant: number): Moment {
    const { plan } = this;
    // Whole milliseconds, so that the same start is the same number whenever it is computed.
    const at = Math.floor(instant);
    const slot = slotAt(plan, at);
    const program = entryOf(plan.programs, slot.program);
    const found = program && find(program, slot.row === null && slot.program === plan.fallback ? anchorOf(plan) : slot.anchor, at);
    if (!program || !found) return standby(slot.from, Math.min(slot.until, at + GLANCE), plan.id);
    const from = Math.max(found.start, slot.from);
    const until = Math.min(found.end, slot.until);
    const playing = this.playable(found.item, at) ? found.item : this.substitute(program, found.item, at);
    if (playing) return this.describe(playing, slot.row, found, at, from, until);
    return this.fallback(at, from, until);
  }

  /** The item that stands in for one whose files are missing: the next of its program that can be shown. */
  private substitute(program: Program, missing: Item, now: number): Item | null {
    const at = program.items.indexOf(missing);
    for (let step = 1; step < program.items.length; step++) {
      const item = program.items[(at + step) % program.items.length] as Item;
      if (this.playable(item, now)) return item;
    }
    return null;
  }

  private fallback(at: number, from: number, until: number): Moment {
    const program = entryOf(this.plan.programs, this.plan.fallback);
    const found = program && find(program, anchorOf(this.plan), at);
    if (!program || !found) return standby(from, until, this.plan.id);
    const item = this.playable(found.item, at) ? found.item : this.substitute(program, found.item, at);
    if (!item) return standby(from, until, this.plan.id);
    return this.describe(item, null, found, at, Math.max(from, found.start), Math.min(until, found.end));
  }

  private describe(item: Item, row: string | null, found: Found, at: number, from: number, until: number): Moment {
    const moment = { item, row, plan: this.plan.id, start: found.start, end: found.end };
    if (item.kind === "standby") return Object.assign({ key: "standby", kind: item.kind, from, until }, moment);
    const ids = this.mediaOf(item);
    const files = ids.map((id) => entryOf(this.plan.media, id) as Validity | undefined).filter((file) => file !== undefined) as Validity[];
    // When a file of the page may not be shown any more, or may now, the page is drawn anew.
    const stretch = steady(files, at, from, until);
    const local = ids.map((id) => this.hash(id, at) || "-").join("");
    const key = [found.start, item.id, item.body || "", item.page || "", local].join("|");
    return Object.assign({ key, kind: item.kind, from: stretch.from, until: stretch.until }, moment);
  }

  private playable(item: Item, at: number): boolean {
    if (item.kind === "standby") return true;
    if (item.kind === "page") return this.pageOf(item) !== null;
    return (item.kind === "image" || item.kind === "video") && item.media !== undefined && this.hash(item.media, at) !== null;
  }

  private pageOf(item: Item): Body["pages"][0] | null {
    const body = item.body ? this.local.body(item.body) : null;
    return (body && body.pages.filter((page) => page.id === item.page)[0]) || null;
  }

  private mediaOf(item: Item): string[] {
    if (item.kind !== "page") return item.media ? [item.media] : [];
    const ids: string[] = [];
    const page = this.pageOf(item);
    for (const element of (page && page.elements) || []) {
      if ((element.kind === "image" || element.kind === "video") && !element.hidden) ids.push(element.media);
    }
    return ids;
  }

  private hash(id: string, at: number): string | null {
    const file = entryOf(this.plan.media, id);
    return file && this.local.has(file.hash) && isValid(file, at) ? file.hash : null;
  }
}

/** From where the fallback's position counts; servers that do not say it leave it to be computed. */
function anchorOf(plan: Plan & { fallback_anchor?: number }): number {
  return typeof plan.fallback_anchor === "number" ? plan.fallback_anchor : fallbackAnchor(plan);
}

function find(program: Program, anchor: number, at: number): Found | null {
  const here = position(program, anchor, at);
  const item = here && program.items[here.index];
  if (!here || !item) return null;
  const start = at - here.offset;
  return { item, start, end: start + item.duration_ms };
}
