import { entryOf, type Body, type Item, type Plan, type Slot } from "@signboard/model";
import type { Wanted } from "../media/wanted.ts";

/**
 * Every file that a plan needs from `now` on, in the order of need: the current slot's pages, the fonts, its media, then slot by slot, the rest last.
 * A body that is not local yet stands before its media, which it alone can name.
 */
export function needsInOrder(plan: Plan, now: number, body: (hash: string) => Body | null): Wanted[] {
  const list: Wanted[] = [];
  const seen = new Set<string>();
  const add = (hash: string, file: { sha256: string; bytes: number }, mime: string) => {
    if (seen.has(hash)) return;
    seen.add(hash);
    list.push({ hash, sha256: file.sha256, bytes: file.bytes, mime });
  };
  const media = (id: string | undefined | null) => {
    const file = id ? entryOf(plan.media, id) : undefined;
    if (file) add(file.hash, file, file.mime);
  };
  const bodies = (items: Item[]) => {
    for (const item of items) {
      const file = item.body ? entryOf(plan.bodies, item.body) : undefined;
      if (item.body && file) add(item.body, file, "application/json");
    }
  };
  const programs = new Set<string>();
  const program = (id: string) => {
    const found = entryOf(plan.programs, id);
    if (!found || programs.has(id)) return;
    programs.add(id);
    bodies(found.items);
    for (const item of found.items) {
      media(item.media);
      if (item.body) mediaOf(item.body, item.page, body).forEach(media);
    }
  };
  const slots = plan.slots.filter((slot: Slot) => slot.until > now);
  const first = entryOf(plan.programs, slots[0] ? slots[0].program : plan.fallback);
  if (first) bodies(first.items);
  for (const font of plan.fonts) add(font.hash, font, "font/woff2");
  for (const slot of slots) program(slot.program);
  program(plan.fallback);
  for (const id of Object.keys(plan.programs)) program(id);
  for (const hash of Object.keys(plan.bodies)) add(hash, plan.bodies[hash] as { sha256: string; bytes: number }, "application/json");
  for (const id of Object.keys(plan.media)) media(id);
  const ahead = hashesAhead(plan, now, body);
  return list.filter((file) => ahead.has(file.hash));
}

/** The hashes of all files of a plan. */
export function hashesOf(plan: Plan): Set<string> {
  const hashes = new Set<string>(Object.keys(plan.bodies));
  for (const font of plan.fonts) hashes.add(font.hash);
  for (const id of Object.keys(plan.media)) hashes.add((plan.media[id] as { hash: string }).hash);
  return hashes;
}

/**
 * The hashes of what a plan needs from `now` on. A plan reaches back to the beginning of its day: what only slots that are over have shown, such as
 * what was taken down, is not needed. All of them while a body is missing that alone can name its media.
 */
export function hashesAhead(plan: Plan, now: number, body: (hash: string) => Body | null): Set<string> {
  const hashes = new Set<string>(plan.fonts.map((font) => font.hash));
  const media = (id: string | undefined | null) => {
    const file = id ? entryOf(plan.media, id) : undefined;
    if (file) hashes.add(file.hash);
  };
  const programs = new Set<string>([plan.fallback]);
  for (const slot of plan.slots) if (slot.until > now) programs.add(slot.program);
  for (const id of Array.from(programs)) {
    const found = entryOf(plan.programs, id);
    for (const item of found ? found.items : []) {
      media(item.media);
      if (!item.body || !entryOf(plan.bodies, item.body)) continue;
      if (!body(item.body)) return hashesOf(plan);
      hashes.add(item.body);
      mediaOf(item.body, item.page, body).forEach(media);
    }
  }
  return hashes;
}

/** The media ids of one page of a body, or of all its pages. */
export function mediaOf(hash: string, page: string | undefined | null, body: (hash: string) => Body | null): string[] {
  const found: string[] = [];
  const read = body(hash);
  if (!read) return found;
  for (const one of read.pages) {
    if (page && one.id !== page) continue;
    for (const element of one.elements || []) {
      if ((element.kind === "image" || element.kind === "video") && !element.hidden) found.push(element.media);
    }
  }
  return found;
}

/** The files of emergencies, and with `current` those of the slot of this moment too: what does not wait for the hours of downloads. */
export function pressing(plan: Plan, now: number, current: boolean, body: (hash: string) => Body | null): Set<string> {
  const found = new Set<string>();
  const media = (id: string | undefined | null) => {
    const file = id ? entryOf(plan.media, id) : undefined;
    if (file) found.add(file.hash);
  };
  const program = (id: string) => {
    const known = entryOf(plan.programs, id);
    for (const item of known ? known.items : []) {
      media(item.media);
      if (!item.body) continue;
      found.add(item.body);
      mediaOf(item.body, item.page, body).forEach(media);
    }
  };
  const ahead = plan.slots.filter((slot) => slot.until > now);
  const slot = ahead.filter((one) => one.from <= now)[0];
  for (const one of ahead) if (one.emergency || (current && one === slot)) program(one.program);
  if (current && !slot) program(plan.fallback);
  if (current || found.size > 0) plan.fonts.forEach((font) => found.add(font.hash));
  return found;
}

/** Whether everything is local that the slot of this moment shows, letters included. */
export function slotIsLocal(plan: Plan, now: number, has: (hash: string) => boolean, body: (hash: string) => Body | null): boolean {
  const slot = plan.slots.filter((one) => one.from <= now && one.until > now)[0];
  const program = entryOf(plan.programs, slot ? slot.program : plan.fallback);
  if (!plan.fonts.every((font) => has(font.hash))) return false;
  if (!program) return true;
  const local = (id: string | undefined | null) => {
    const file = id ? entryOf(plan.media, id) : undefined;
    return !file || has(file.hash);
  };
  return program.items.every((item) => {
    if (item.body && !(has(item.body) && body(item.body))) return false;
    return local(item.media) && (!item.body || mediaOf(item.body, item.page, body).every(local));
  });
}
