import type { ServerView } from "@signboard/api";
import { describe, expect, it } from "vitest";
import { able, namesOf, votes } from "./succession.ts";

const server = (id: string, more: Partial<ServerView> = {}) => ({ id, name: `Server ${id}`, retired_at: null, read_only: false, ...more }) as ServerView;

describe("who takes over", () => {
  it("is decided by none, or by an odd number from three to nine", () => {
    expect([0, 1, 2, 3, 4, 5, 9, 10, 11].map(votes)).toEqual([true, false, false, true, false, true, true, false, false]);
  });

  it("is decided by servers that can be the Main", () => {
    const servers = [server("a"), server("b", { read_only: true }), server("c", { retired_at: 1 }), server("d")];
    expect(able({ servers }).map((one) => one.id)).toEqual(["a", "d"]);
    expect(namesOf({ servers }, ["d", "x", "a"])).toBe("Server d, x, Server a");
  });
});
