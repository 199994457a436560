import { fileUrl, type Element, type Media } from "@signboard/api";
import { media } from "$lib/data/collection.svelte.ts";
import { pictureOf } from "$lib/library/picture.ts";

/** The media record of an element, while it is in the library. */
export function mediaOf(element: Element): Media | undefined {
  if (!("media" in element)) return undefined;
  const found = media.find(element.media);
  return found && found.trashed_at === null ? found : undefined;
}

/** Whether an element shows something that is no longer in the library; what is still on its way is not missing. */
export function isMissing(element: Element): boolean {
  return "media" in element && media.isGone(element.media);
}

/** The picture that stands for an element: its file, or the small one of a film. */
export function sourceOf(element: Element, detail: "small" | "full"): string | null {
  const found = mediaOf(element);
  if (!found) return null;
  return detail === "full" && element.kind === "image" ? fileUrl(found.id) : pictureOf(found);
}
