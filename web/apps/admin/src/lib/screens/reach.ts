/** Which screens a destination means, and which rows a content is shown by. Pure. */
import type { Content, Destination, Id, Membership, PlaylistItem, Schedule, Viewer } from "@signboard/api";

/** All groups around a member, through groups inside groups. */
export function groupsAround(memberships: readonly Membership[], member: { viewer: Id } | { group: Id }): Set<Id> {
  const found = new Set<Id>();
  const same = (one: Membership["member"]) => one !== null && ("viewer" in member ? "viewer" in one && one.viewer === member.viewer : "group" in one && one.group === member.group);
  for (const membership of memberships) if (same(membership.member)) found.add(membership.group);
  // A set that grows while it is walked is walked to its new end; what it holds already is not walked again.
  for (const group of found) for (const membership of memberships) if (membership.member && "group" in membership.member && membership.member.group === group) found.add(membership.group);
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
