/** Names and pictures of what is scheduled. */
import { contentOf, type Content, type Destination } from "@signboard/api";
import { t } from "@signboard/ui";
import { groups, media, playlists, presentations, revisions, viewers } from "$lib/data/collection.svelte.ts";

export function contentName(content: Content | null): string {
  if (!content) return t("content.gone");
  const { kind, id } = contentOf(content);
  const found = kind === "media" ? media.find(id) : kind === "playlist" ? playlists.find(id) : presentations.find(kind === "presentation" ? id : revisions.find(id)?.presentation);
  return found?.name ?? t("content.gone");
}

export function rowName(row: { name: string; content: Content | null }): string {
  return row.name || contentName(row.content);
}

export function destinationName(destination: Destination | null): string {
  if (destination === "all") return t("destination.all");
  if (destination === null) return t("none");
  return "group" in destination ? (groups.find(destination.group)?.name ?? t("content.gone")) : (viewers.find(destination.viewer)?.name ?? t("content.gone"));
}

/** Where a content is edited. */
export function contentHref(content: Content): string {
  const { kind, id } = contentOf(content);
  if (kind === "media") return `/library?media=${id}`;
  return kind === "playlist" ? `/playlists/${id}` : `/presentations/${kind === "presentation" ? id : (revisions.find(id)?.presentation ?? "")}`;
}
