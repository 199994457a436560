/** How the spans of the week look: whose colour, how much of them is really seen. */
import type { Id, Schedule, Slot } from "@signboard/api";
import { priorities } from "$lib/data/collection.svelte.ts";
import { type Span, visibleParts } from "./week.ts";

/** Pixels of an hour. */
export const HOUR = 44;

/** The colour of a row's priority; red for an emergency. */
export function colourOf(row: Schedule | undefined): string {
  if (row?.emergency) return "#d9372c";
  return priorities.find(row?.priority)?.colour ?? "#8c96a4";
}

/** The parts of a span that are on the chosen screen; all of it while no screen is chosen. */
export function partsOf(row: Id, span: Span, slots: readonly Slot[] | null): { from: number; until: number }[] {
  return slots ? visibleParts(row, span, slots) : [{ from: 0, until: 1 }];
}

/** Minutes of a day as `07:30`. */
export function clockText(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}
