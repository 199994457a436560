import { media, presentations, revisions } from "$lib/data/collection.svelte.ts";
import type { Known } from "./timing.ts";

/** What the page has loaded, for the sums of {@link itemLength}. */
export const known: Known = {
  media: (id) => media.find(id),
  head: (id) => revisions.find(presentations.find(id)?.head),
  revision: (id) => revisions.find(id),
};
