import type { Notice } from "@signboard/api";
import { describe, expect, it } from "vitest";
import { isVersion, pageOf, renamable } from "./what-to-do.ts";

const notice = (members: Partial<Notice>) => ({ what: "concurrent_edit", kind: "viewer", cell: "location", document: "d1", name: "Lobby", value: null, current: null, ...members }) as Notice;

describe("a notice", () => {
  it("is about a version where it is about what a presentation shows", () => {
    expect(isVersion(notice({ kind: "presentation", cell: "head" }))).toBe(true);
    expect([isVersion(notice({ kind: "presentation", cell: "name" })), isVersion(notice({ what: "edit_lost_to_delete", kind: "presentation", cell: "head" }))]).toEqual([false, false]);
  });

  it("leads to the document where there is a page", () => {
    expect([pageOf(notice({})), pageOf(notice({ name: null })), pageOf(notice({ kind: "folder" })), pageOf(notice({ kind: "playlist" }))]).toEqual(["/screens?screen=d1", null, null, "/playlists/d1"]);
  });

  it("is settled by a new name where two have one", () => {
    expect([renamable(notice({})), renamable(notice({ what: "two_names", cell: "name" })), renamable(notice({ what: "two_names", kind: "user", cell: "login" }))]).toEqual([null, "viewers", null]);
  });
});
