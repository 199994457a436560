/** Which screens could not be told that something left them, in words. */
import type { TakenDown } from "@signboard/api";
import { t } from "@signboard/ui";

/** So many are named; the others are counted. */
const NAMED = 6;

/** A sentence to put behind another, with a space before it; nothing where every screen was reached. */
export function clearedNote(answers: readonly (TakenDown | undefined)[]): string {
  const offline = new Map(answers.flatMap((answer) => answer?.viewers.offline.map((one) => [one.id, one.name] as const) ?? []));
  // Several answers may count the same hidden screens; the largest count is true of at least one.
  const hidden = Math.max(0, ...answers.map((answer) => answer?.viewers.hidden ?? 0));
  const names = [...offline.values()];
  const others = Math.max(0, names.length - NAMED) + hidden;
  if (names.length + hidden === 0) return "";
  const listed = names.slice(0, NAMED).join(", ");
  if (!listed) return ` ${t("cleared.hidden", { n: others })}`;
  return ` ${t("cleared.offline", { names: others > 0 ? t("cleared.more", { names: listed, n: others }) : listed })}`;
}

/** How many screens dropped it at once. */
export function toldBy(answers: readonly (TakenDown | undefined)[]): number {
  return new Set(answers.flatMap((answer) => answer?.viewers.told.map((one) => one.id) ?? [])).size;
}
