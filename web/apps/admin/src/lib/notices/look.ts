/** What a notice says: its sentence, and values in words. */
import type { Notice } from "@signboard/api";
import { moment, number, say, t, type Key } from "@signboard/ui";
import { isVersion } from "./what-to-do.ts";

/** So many characters of a value that is no plain text are shown. */
const MOST = 200;

/** The word for a kind of document. */
export const kindWord = (kind: string): string => (say(`notices.kind_${kind}`).startsWith("kind_") ? kind.replaceAll("_", " ") : say(`notices.kind_${kind}`));

/** The word for a member of a document. */
export function memberWord(cell: string): string {
  const word = say(`notices.member_${cell}`);
  return word.startsWith("member_") ? cell.replaceAll("_", " ") : word;
}

const raised = (text: string) => text.slice(0, 1).toLocaleUpperCase() + text.slice(1);

/** What happened, in one sentence. */
export function sentence(notice: Notice): string {
  if (isVersion(notice)) return t("notices.versions");
  if (notice.what === "two_names") return t(notice.cell === "login" ? "notices.two_logins" : "notices.two_names", { name: String(notice.current ?? notice.name ?? "") });
  return t(`notices.${notice.what}` as Key, { member: raised(memberWord(notice.cell)) });
}

/** A value as people read it. */
export function valueText(cell: string, value: unknown): string {
  if (value === null || value === undefined || value === "") return t("notices.nothing");
  if (typeof value === "string") return value;
  if (typeof value === "number") return cell.endsWith("_at") ? moment(value, "full") : number(value);
  const text = JSON.stringify(value);
  return text.length > MOST ? `${text.slice(0, MOST)} …` : text;
}
