/** For whom a rule is, in words. */
import type { Destination } from "@signboard/api";
import { t } from "@signboard/ui";
import { groups, viewers } from "$lib/data/collection.svelte.ts";

export function destinationText(destination: Destination | null): string {
  if (destination === null || destination === "all") return t("destination.all");
  const named = "group" in destination ? groups.find(destination.group) : viewers.find(destination.viewer);
  return named?.name ?? "";
}
