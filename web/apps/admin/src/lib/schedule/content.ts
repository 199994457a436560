/** Names and pictures of what is scheduled. */
import { contentOf, type Content, type Destination } from "@signboard/api";
import { t } from "@signboard/ui";
import { groups, media, playlists, presentations, revisions, viewers } from "$lib/data/collection.svelte.ts";

/** Stands for a name that is on its way. */
const COMING = "…";

export function contentName(content: Content | null): string {
  if (!content) return t("content.gone");
  const { kind, id } = contentOf(content);
  if (kind === "media") return nameIn(media, id);
  if (kind === "playlist") return nameIn(playlists, id);
  if (kind === "presentation") return nameIn(presentations, id);
  const presentation = revisions.find(id)?.presentation;
  return presentation ? nameIn(presentations, presentation) : revisions.isGone(id) ? t("content.gone") : COMING;
}

interface Named {
  find(id: string): { name: string } | undefined;
  isGone(id: string): boolean;
}

/** The name of what is there; what is still on its way is not called deleted. */
function nameIn(collection: Named, id: string): string {
  return collection.isGone(id) ? t("content.gone") : (collection.find(id)?.name ?? COMING);
}

export function rowName(row: { name: string; content: Content | null }): string {
  return row.name || contentName(row.content);
}

export function destinationName(destination: Destination | null): string {
  if (destination === "all") return t("destination.all");
  if (destination === null) return t("none");
  return "group" in destination ? nameIn(groups, destination.group) : nameIn(viewers, destination.viewer);
}

/** Where a content is edited. */
export function contentHref(content: Content): string {
  const { kind, id } = contentOf(content);
  if (kind === "media") return `/library?media=${id}`;
  return kind === "playlist" ? `/playlists/${id}` : `/presentations/${kind === "presentation" ? id : (revisions.find(id)?.presentation ?? "")}`;
}
