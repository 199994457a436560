import type { Folder } from "@signboard/api";
import { expect, it } from "vitest";
import { pathTo } from "./tree.ts";

const folder = (id: string, parent: string | null) => ({ id, parent, name: id }) as Folder;
const folders = [folder("a", null), folder("b", "a"), folder("c", "b"), folder("x", "y"), folder("y", "x")];
const names = (id: string) => pathTo(folders, id).map((one) => one.id);

it("goes from the top down", () => {
  expect(names("c")).toEqual(["a", "b", "c"]);
  expect(names("nowhere")).toEqual([]);
});

it("ends in a loop", () => {
  expect(names("x")).toEqual(["y", "x"]);
});
