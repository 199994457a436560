import type { Finding, PortView } from "@signboard/api";
import { expect, it } from "vitest";
import { portsRanked, ranked, useOf } from "./trouble.ts";

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
