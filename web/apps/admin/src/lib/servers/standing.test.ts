import type { ServerState, ServerView } from "@signboard/api";
import { describe, expect, it } from "vitest";
import { clockOff, presentMain, serversRanked } from "./standing.ts";

const server = (name: string, state: ServerState) => ({ name, state }) as ServerView;

describe("servers", () => {
  it("stand with the own one first, those in trouble next, those that were taken out last", () => {
    const all = [server("d", "retired"), server("c", "connected"), server("b", "indirect"), server("z", "not_connected"), server("y", "held"), server("m", "own")];
    expect(serversRanked(all).map((one) => one.name)).toEqual(["m", "y", "z", "b", "c", "d"]);
  });

  it("have one Main, which may be one that was not met yet", () => {
    const servers = [{ id: "a" }, { id: "b" }] as ServerView[];
    expect(presentMain({ main: "b", servers })?.id).toBe("b");
    expect([presentMain({ main: "c", servers }), presentMain({ main: null, servers: [] })]).toEqual([null, null]);
  });

  it("are told of a clock from two seconds on", () => {
    expect([null, 0, 1999, -1999].map((clock_offset_ms) => clockOff({ clock_offset_ms }))).toEqual([null, null, null, null]);
    expect([2000, -31_400].map((clock_offset_ms) => clockOff({ clock_offset_ms }))).toEqual([2, -31]);
  });
});
