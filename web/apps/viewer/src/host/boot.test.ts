import { expect, test } from "vitest";
import { readMessage } from "../session/read_message.ts";
import { HostShelf } from "./host_shelf.ts";
import { isHosted } from "./hosted.ts";
import { bootWordsOf } from "./boot_words.ts";

const BOOT = {
  type: "boot", state: "pending", code: "K7M4PX", name: null, host_name: "box-12", addresses: ["10.0.0.7"], macs: ["00:11:22:aa:bb:cc"], clock: "",
  tried: [{ what: "10.0.0.2:7237", outcome: "It answers." }], remedy: null, installations: [], installation: "Harbour Pier 3", language: "de",
};

test("a boot message is taken as it is", () => {
  expect(readMessage(JSON.stringify(BOOT))).toEqual(BOOT);
});

test.each([
  ["state", "dancing"],
  ["code", 5],
  ["addresses", "10.0.0.7"],
  ["macs", [7]],
  ["tried", [{ what: "x" }]],
  ["language", null],
])("a boot message whose %s is %j is none", (member, value) => {
  expect(readMessage(JSON.stringify({ ...BOOT, [member]: value }))).toBeNull();
});

test("a list of missing files has names of files", () => {
  expect(readMessage(JSON.stringify({ type: "files", missing: ["ab12"] }))).toEqual({ type: "files", missing: ["ab12"] });
  expect(readMessage(JSON.stringify({ type: "files", missing: ["../etc"] }))).toBeNull();
});

test("only a native viewer's address says host", () => {
  expect(isHosted("http://127.0.0.1:4711/t/viewer/?host")).toBe(true);
  expect(isHosted("http://127.0.0.1:4711/t/viewer/?host#x")).toBe(true);
  expect(isHosted("https://signboard.example/viewer/?token=host")).toBe(false);
  expect(isHosted("https://host/viewer/")).toBe(false);
});

test("everything is there but what the viewer lacks", async () => {
  const shelf = new HostShelf("http://127.0.0.1:4711/t/");
  shelf.lacks(["aa"]);
  expect([shelf.has("aa"), shelf.has("bb")]).toEqual([false, true]);
  await expect(shelf.url("bb")).resolves.toBe("http://127.0.0.1:4711/t/media/bb");
  await expect(shelf.url("aa")).rejects.toThrow("not kept");
  shelf.lacks([]);
  expect(shelf.has("aa")).toBe(true);
});

test("the words are there in three languages, and English for others", () => {
  expect(bootWordsOf("de-AT").title.lost).toBe("Der Server antwortet nicht");
  expect(bootWordsOf("nl").title.pending).toBe("Dit scherm goedkeuren");
  expect(bootWordsOf("ja")).toBe(bootWordsOf("en"));
});
