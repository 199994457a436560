import type { Finding, PortView } from "@signboard/api";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import en from "../../../../../packages/ui/words/en.json" with { type: "json" };
import { keyOf, portsRanked, ranked, useOf } from "./trouble.ts";

const finding = (subject: string, verdict: Finding["verdict"], text = ""): Finding => ({ subject, verdict, text });
const port = (members: Partial<PortView>): PortView => ({ number: 1, default: 1, protocol: "tcp", direction: "in", who: "server", purpose: "", state: "not-used", ...members });

it("puts trouble first and keeps the order within", () => {
  const found = [finding("a", "fine"), finding("b", "note"), finding("c", "trouble"), finding("d", "fine"), finding("e", "trouble")];
  expect(ranked([], found).map((one) => one.subject)).toEqual(["c", "e", "b", "a", "d"]);
});

it("leaves out what stood aside where the doctor names the cause", () => {
  const aside = [finding("123/udp", "trouble", "did not start"), finding("3702/udp", "trouble", "did not start")];
  const found = [finding("123/udp", "trouble", "taken by chronyd"), finding("3702/udp", "fine", "Signboard listens")];
  expect(ranked(aside, found).map((one) => one.text)).toEqual(["did not start", "taken by chronyd", "Signboard listens"]);
});

it("says of each row what it is used for", () => {
  expect(useOf(port({ state: "taken" }))).toBe("taken");
  expect(useOf(port({ who: "local", direction: "both" }))).toBe("broker");
  expect(useOf(port({ who: "local", state: "taken" }))).toBe("taken");
  expect(useOf(port({ who: "viewer", direction: "out" }))).toBe("elsewhere");
  expect(useOf(port({ direction: "out" }))).toBe("outward");
  expect(useOf(port({}))).toBe("not_used");
});

it("puts taken ports first", () => {
  expect(portsRanked([port({ number: 80 }), port({ number: 123, state: "taken" })]).map((one) => one.number)).toEqual([123, 80]);
});

it("has the words of every row of the table, as the server says them", () => {
  const page = readFileSync(new URL("../../../../../../docs/operations/ports.md", import.meta.url), "utf8");
  const table = page.split("\n").filter((line) => line.startsWith("|")).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim().replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")));
  const [head = [], , ...lines] = table;
  const rows = lines.map((cells) => {
    const of = (name: string) => cells[head.indexOf(name)] ?? "";
    return { key: keyOf({ default: Number(of("Port")), protocol: of("Protocol"), direction: of("Direction"), who: of("Who") }), purpose: of("Purpose"), note: of("Note") };
  });
  expect(rows.length).toBeGreaterThan(15);
  const words = en as Record<string, string>;
  for (const { key, purpose, note } of rows) expect([words[`purpose.${key}`], words[`port_note.${key}`] ?? ""], key).toEqual([purpose, note]);
});
