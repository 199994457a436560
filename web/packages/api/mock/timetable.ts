/** The mock's timetable: who wins on a viewer, moment by moment. The real rules are the server's. */
import { occurrences } from "../src/occurrences.ts";
import { contentOf, type Content, type Destination } from "../src/schema/cells.ts";
import type { Candidate, Priority, Schedule, Slot, Why } from "../src/schema/schedule.ts";
import type { Membership, Viewer } from "../src/schema/screens.ts";
import type { Store } from "./store.ts";

/** The groups around a viewer or group, the nearest first. */
export function groupsOf(store: Store, member: { viewer: string } | { group: string }): string[] {
  const inside = (membership: Membership) => JSON.stringify(membership.member) === JSON.stringify(member);
  const direct = store.all<Membership>("memberships").filter(inside).map((membership) => membership.group);
  return [...new Set(direct.flatMap((group) => [group, ...groupsOf(store, { group })]))];
}

export function viewersOf(store: Store, destination: Destination): string[] {
  const live = store.all<Viewer>("viewers").filter((viewer) => viewer.trashed_at === null);
  if (destination === "all") return live.map((viewer) => viewer.id);
  if ("viewer" in destination) return [destination.viewer];
  return live.filter((viewer) => groupsOf(store, { viewer: viewer.id }).includes(destination.group)).map((viewer) => viewer.id);
}

function applicable(store: Store, viewer: string): Schedule[] {
  const rows = store.all<Schedule>("schedules").filter((row) => row.trashed_at === null && row.destination !== null);
  return rows.filter((row) => viewersOf(store, row.destination as Destination).includes(viewer));
}

export function compare(store: Store, a: Schedule, b: Schedule): number {
  const rank = (row: Schedule) => (row.priority ? ((store.find("priorities", row.priority) as unknown as Priority)?.rank ?? -1) : -1);
  return Number(b.emergency) - Number(a.emergency) || rank(b) - rank(a) || (b.order ?? b.made_at) - (a.order ?? a.made_at);
}

export function nameOf(store: Store, row: Schedule): string {
  if (row.name) return row.name;
  if (!row.content) return "";
  const { kind, id } = contentOf(row.content);
  const noun = ({ media: "media", playlist: "playlists", presentation: "presentations", revision: "revisions" } as const)[kind];
  return String(store.find(noun, id)?.name ?? "");
}

const zoneOf = (viewer: Viewer) => viewer.zone ?? "Europe/Berlin";

export function timetable(store: Store, viewer: Viewer, from: number, until: number): Slot[] {
  const rows = applicable(store, viewer.id).sort((a, b) => compare(store, a, b));
  const spans = rows.flatMap((row, rank) => occurrences(row.when, zoneOf(viewer), from, until).map((span) => ({ row, rank, ...span })));
  const edges = [...new Set([from, until, ...spans.flatMap((span) => [span.from, span.until])])].filter((edge) => edge >= from && edge <= until).sort((a, b) => a - b);
  const slots: Slot[] = [];
  for (const [place, edge] of edges.slice(0, -1).entries()) {
    const winner = spans.filter((span) => span.from <= edge && span.until > edge).sort((a, b) => a.rank - b.rank)[0];
    const next = edges[place + 1] as number;
    const before = slots.at(-1);
    if (before && before.row === (winner?.row.id ?? null) && before.anchor === (winner?.from ?? from)) before.until = next;
    else
      slots.push({
        from: edge,
        until: next,
        row: winner?.row.id ?? null,
        name: winner ? nameOf(store, winner.row) : "",
        content: (winner?.row.content ?? null) as Content | null,
        emergency: winner?.row.emergency ?? false,
        anchor: winner?.from ?? from,
      });
  }
  return slots;
}

export function why(store: Store, viewer: Viewer, at: number): Why {
  const slot = timetable(store, viewer, at, at + 60_000)[0] ?? null;
  const candidates = applicable(store, viewer.id)
    .sort((a, b) => compare(store, a, b))
    .map((row): Candidate => {
      const playsNow = occurrences(row.when, zoneOf(viewer), at, at + 1).some((span) => span.from <= at && span.until > at);
      const next = occurrences(row.when, zoneOf(viewer), at, at + 14 * 86_400_000)[0]?.from ?? null;
      const path = row.destination !== "all" && row.destination && "group" in row.destination ? [row.destination.group] : [];
      const verdict: "plays" | "covered" | "not_now" = row.id === slot?.row ? "plays" : playsNow ? "covered" : "not_now";
      const by = verdict === "covered" ? (slot?.row ?? null) : null;
      const text = { plays: "It is on the screen.", covered: `${slot?.name} covers it.`, not_now: "It is not its time." }[verdict];
      return { row: row.id, name: nameOf(store, row), verdict, text, by, next, path, priority: String(store.find("priorities", row.priority ?? "")?.name ?? "") || null, emergency: row.emergency, made_by: row.made_by, made_at: row.made_at, published_by: row.made_by, published_at: row.made_at };
    });
  const sentence = slot?.row ? `${slot.name}, since it has the highest priority of what is scheduled now.` : "The fallback content, since nothing is scheduled now.";
  const playing = { kind: slot?.row ? ("row" as const) : ("fallback" as const), row: slot?.row ?? null, name: slot?.name ?? "", content: slot?.content ?? null, until: slot?.until ?? null, item: null };
  return { at, sentence, playing, candidates };
}
