/** Which screens of the mock something leaves when it goes: those that rows with it reach. */
import type { Noun } from "../src/nouns.ts";
import type { Content, Destination } from "../src/schema/cells.ts";
import type { Schedule, TakenDown } from "../src/schema/schedule.ts";
import type { PlaylistItem } from "../src/schema/library.ts";
import type { Viewer } from "../src/schema/screens.ts";
import type { Live } from "./live.ts";
import type { Doc, Store } from "./store.ts";
import { viewersOf } from "./timetable.ts";

const KEYS: Partial<Record<Noun, "media" | "playlist" | "presentation">> = { media: "media", playlists: "playlist", presentations: "presentation" };
const OTHERS: Noun[] = ["schedules", "viewers", "playlist-items", "groups", "memberships"];

/** The answer to a removal; nothing for nouns that have nothing to do with screens. */
export function cleared(store: Store, live: Live, noun: Noun, doc: Doc): TakenDown | undefined {
  const key = KEYS[noun];
  if (!key && !OTHERS.includes(noun)) return undefined;
  const ids = noun === "schedules" ? viewersOf(store, (doc.destination as Destination | null) ?? "all") : key ? reachedBy(store, { [key]: doc.id } as Content) : [];
  const all = ids.map((id) => ({ id, name: (store.find("viewers", id) as unknown as Viewer).name })).sort((a, b) => a.name.localeCompare(b.name));
  const online = (one: { id: string }) => live.status(one.id)?.online === true;
  return { viewers: { told: all.filter(online), offline: all.filter((one) => !online(one)), hidden: 0 } };
}

function reachedBy(store: Store, content: Content): string[] {
  const same = (other: unknown) => JSON.stringify(other) === JSON.stringify(content);
  const lists = new Set(store.all<PlaylistItem>("playlist-items").filter((item) => same(item.content)).map((item) => item.playlist));
  const shows = (row: Schedule) => row.content !== null && (same(row.content) || ("playlist" in row.content && lists.has(row.content.playlist)));
  const rows = store.all<Schedule>("schedules").filter((row) => row.trashed_at === null && shows(row));
  return [...new Set(rows.flatMap((row) => viewersOf(store, row.destination ?? "all")))];
}
