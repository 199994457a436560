/** What can be done about a notice. */
import { KIND, type Noun, type Notice } from "@signboard/api";

/** Whether it is about what a presentation shows. */
export const isVersion = (notice: Pick<Notice, "what" | "kind" | "cell">): boolean => notice.what === "concurrent_edit" && notice.kind === "presentation" && (notice.cell === "head" || notice.cell === "draft");

/** Where the document can be looked at; none: it has no page. */
export function pageOf(notice: Pick<Notice, "kind" | "document" | "name">): string | null {
  if (notice.name === null) return null;
  const pages: Record<string, string> = {
    viewer: `/screens?screen=${notice.document}`,
    presentation: `/presentations/${notice.document}`,
    playlist: `/playlists/${notice.document}`,
    user: "/settings/users",
  };
  return pages[notice.kind] ?? null;
}

/** The noun whose documents can be given another name here. */
export function renamable(notice: Pick<Notice, "what" | "kind" | "cell" | "name">): Noun | null {
  if (notice.what !== "two_names" || notice.cell !== "name" || notice.name === null) return null;
  return (Object.keys(KIND) as Noun[]).find((noun) => KIND[noun] === notice.kind) ?? null;
}
