import { describe, expect, it } from "vitest";
import { begin, hear, leads, lose, SILENCE_MS, tick } from "./election.ts";

describe("the election of the tab that holds the stream", () => {
  it("waits for the silence before it leads", () => {
    const first = begin("b", 0);
    expect(leads(tick(first, SILENCE_MS - 1))).toBe(false);
    expect(leads(tick(first, SILENCE_MS))).toBe(true);
  });

  it("follows a leader while it speaks", () => {
    const follower = hear(begin("b", 0), "c", 3000);
    expect(leads(tick(follower, 3000 + SILENCE_MS - 1))).toBe(false);
    expect(leads(tick(follower, 3000 + SILENCE_MS))).toBe(true);
  });

  it("lets the lower id stay when two lead", () => {
    const a = tick(begin("a", 0), SILENCE_MS);
    const b = tick(begin("b", 0), SILENCE_MS);
    expect(leads(hear(a, "b", 4000))).toBe(true);
    expect(leads(hear(b, "a", 4000))).toBe(false);
  });

  it("takes over at once when the leader says that it closes", () => {
    const follower = hear(begin("b", 0), "a", 5000);
    expect(leads(tick(lose(follower, "a", 5100), 5100))).toBe(true);
    expect(leads(tick(lose(follower, "x", 5100), 5100))).toBe(false);
  });
});
