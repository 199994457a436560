/** How long the items of a playlist take. Pure. */
import type { Content, Media, PlaylistItem, Revision } from "@signboard/api";

/** How long a picture stands where nobody said otherwise, as the server has it. */
export const PICTURE_MS = 10_000;

export interface Known {
  media: (id: string) => Media | undefined;
  /** The published revision of a presentation. */
  head: (presentation: string) => Revision | undefined;
  revision: (id: string) => Revision | undefined;
}

const pages = (revision: Revision | undefined) => revision?.pages.reduce((sum, page) => sum + page.duration_ms, 0) ?? 0;

/** The time of one item in milliseconds; 0 for what has nothing to play. */
export function itemLength(item: Pick<PlaylistItem, "content" | "duration_ms">, known: Known): number {
  const content: Content | null = item.content;
  if (content === null) return 0;
  if ("media" in content) {
    const found = known.media(content.media);
    if (!found) return 0;
    return found.mime.startsWith("video/") ? found.duration_ms : (item.duration_ms ?? PICTURE_MS);
  }
  if ("presentation" in content) return pages(known.head(content.presentation));
  return "revision" in content ? pages(known.revision(content.revision)) : 0;
}

/** The order of entries: by fractional index, then by id. */
export function ordered<T extends { order: string; id: string }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : a.id < b.id ? -1 : 1));
}
