import { describe, expect, it } from "vitest";
import { placeOf, readCards } from "./card-list.ts";

const NAMES = ["Departures", "Welcome", 'The "Kaap", cafe', "Twin", "Twin"];
const count = (name: string) => NAMES.filter((one) => one.toLowerCase() === name.toLowerCase()).length;
const read = (text: string) => readCards(text, count);
const DEPARTURES = { viewer: "Departures", mac: "00:11:22:aa:bb:01" };

describe("a list of network cards", () => {
  it("is parted by semicolons, commas or tabs, line by line", () => {
    for (const separator of [";", ",", "\t", " ; "]) {
      const { cards, faults } = read(`Departures${separator}00-11-22-AA-BB-01\nWelcome${separator}001122aabb02${separator}192.0.2.1`);
      expect(faults).toEqual([]);
      expect(cards).toEqual([DEPARTURES, { viewer: "Welcome", mac: "00:11:22:aa:bb:02", secure_on: "192.0.2.1" }]);
    }
  });

  it("takes names with the separator inside quotes, and with another separator as they are", () => {
    const names = (text: string) => read(text).cards.map((card) => card.viewer);
    expect(names('"The ""Kaap"", cafe",00:11:22:aa:bb:01')).toEqual(['The "Kaap", cafe']);
    expect(names('The "Kaap", cafe;00:11:22:aa:bb:01')).toEqual(['The "Kaap", cafe']);
  });

  it("passes over a heading, empty lines, remarks and the mark of UTF-8, and keeps the lines of the text", () => {
    const { cards, lines, faults } = read("\uFEFFScreen;MAC address;SecureOn\r\n\r\n# hall\r\nDepartures;00:11:22:aa:bb:01;\r\n\r\nWelcome;00:11:22:aa:bb:02\r\n");
    expect(faults).toEqual([]);
    expect(cards).toHaveLength(2);
    expect(lines).toEqual([4, 6]);
  });

  it("passes over no line but the first as a heading", () => {
    expect(read("Departures;00:11:22:aa:bb:01\nWelcome;MAC").faults).toEqual([{ line: 2, fault: "mac", text: "MAC" }]);
  });

  it("names every fault with its line", () => {
    const text = ["Departures", ";00:11:22:aa:bb:01", "Nowhere;00:11:22:aa:bb:01", "Twin;00:11:22:aa:bb:01", "Welcome;01:00:5e:00:00:01", "Welcome;00:11:22:aa:bb:02;hunter2", "Welcome;00:11:22:aa:bb:02;;more"].join("\n");
    expect(read(text).faults.map(({ line, fault }) => [line, fault])).toEqual([
      [1, "columns"],
      [2, "screen"],
      [3, "unknown"],
      [4, "ambiguous"],
      [5, "mac"],
      [6, "password"],
      [7, "columns"],
    ]);
  });

  it("never repeats a password", () => {
    expect(JSON.stringify(read("Welcome;00:11:22:aa:bb:02;hunter2").faults)).not.toContain("hunter2");
  });

  it("refuses one card at two screens, and takes it twice at one", () => {
    expect(read("Departures;00:11:22:aa:bb:01\nWelcome;001122AABB01").faults).toEqual([{ line: 2, fault: "twice", text: "00:11:22:aa:bb:01" }]);
    expect(read("Departures;00:11:22:aa:bb:01\ndepartures;00:11:22:aa:bb:01").faults).toEqual([]);
  });
});

it("finds the place that a refusal names", () => {
  expect(placeOf("[3].mac")).toBe(3);
  expect(placeOf("mac")).toBeNull();
  expect(placeOf(null)).toBeNull();
});
