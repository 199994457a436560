import { thumbnailUrl, type Media } from "@signboard/api";

/** The small picture of a media record, if it has one. */
export function pictureOf(media: Media | undefined): string | null {
  if (!media) return null;
  return media.thumbnail ? thumbnailUrl(media.id) : null;
}
