/** Which screens a destination means, and which rows a content is shown by. Pure. */
import type { Content, Destination, Id, Membership, PlaylistItem, Schedule, Viewer } from "@signboard/api";

type Member = { viewer: Id } | { group: Id };

const keyOf = (member: Member) => ("viewer" in member ? `viewer ${member.viewer}` : `group ${member.group}`);

/** The groups that each member stands in itself, for each list of memberships that was asked about. */
const INDEXES = new WeakMap<readonly Membership[], Map<string, Id[]>>();

function indexOf(memberships: readonly Membership[]): Map<string, Id[]> {
  const known = INDEXES.get(memberships);
  if (known) return known;
  const index = new Map<string, Id[]>();
  for (const { member, group } of memberships) {
    if (!member) continue;
    const key = keyOf(member);
    const groups = index.get(key);
    if (groups) groups.push(group);
    else index.set(key, [group]);
  }
  INDEXES.set(memberships, index);
  return index;
}

/** All groups around a member, through groups inside groups. */
export function groupsAround(memberships: readonly Membership[], member: Member): Set<Id> {
  const index = indexOf(memberships);
  const found = new Set(index.get(keyOf(member)));
  // A set that grows while it is walked is walked to its new end; what it holds already is not walked again.
  for (const group of found) for (const outer of index.get(`group ${group}`) ?? []) found.add(outer);
  return found;
}

export function screensOf(destination: Destination | null, viewers: readonly Viewer[], memberships: readonly Membership[]): Viewer[] {
  if (destination === null) return [];
  if (destination === "all") return [...viewers];
  if ("viewer" in destination) return viewers.filter((viewer) => viewer.id === destination.viewer);
  return viewers.filter((viewer) => groupsAround(memberships, { viewer: viewer.id }).has(destination.group));
}

/** Whether a row concerns a screen. */
export function concerns(row: Schedule, viewer: Id, groups: ReadonlySet<Id>): boolean {
  if (row.destination === "all") return true;
  if (row.destination === null) return false;
  return "viewer" in row.destination ? row.destination.viewer === viewer : groups.has(row.destination.group);
}

export function sameContent(a: Content | null, b: Content | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Rows that show a presentation: by itself, or inside a playlist. */
export function rowsShowing(presentation: Id, rows: readonly Schedule[], items: readonly PlaylistItem[]): Schedule[] {
  const wanted = { presentation };
  const lists = new Set(items.filter((item) => sameContent(item.content, wanted)).map((item) => item.playlist));
  return rows.filter((row) => row.content !== null && (sameContent(row.content, wanted) || ("playlist" in row.content && lists.has(row.content.playlist))));
}
