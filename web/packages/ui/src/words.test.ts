import { describe, expect, it } from "vitest";
import de from "../words/de.json" with { type: "json" };
import en from "../words/en.json" with { type: "json" };
import nl from "../words/nl.json" with { type: "json" };
import { asked, fill } from "./phrase.ts";

const keys = Object.keys(en) as (keyof typeof en)[];

describe.each([
  ["de", de as Record<string, string>],
  ["nl", nl as Record<string, string>],
])("the catalogue %s", (_language, catalogue) => {
  it("has every key of the English one and no other", () => {
    expect(Object.keys(catalogue).sort()).toEqual([...keys].sort());
  });

  it("asks for the same values", () => {
    for (const key of keys) expect(asked(catalogue[key] ?? ""), key).toEqual(asked(en[key]));
  });
});

describe("all catalogues", () => {
  it("shout at nobody", () => {
    for (const catalogue of [en, de, nl]) for (const [key, phrase] of Object.entries(catalogue)) expect(phrase, key).not.toMatch(/!|oops/i);
  });

  it("leave no phrase empty", () => {
    for (const catalogue of [en, de, nl]) for (const [key, phrase] of Object.entries(catalogue)) expect(phrase.trim(), key).not.toBe("");
  });
});

describe("filling", () => {
  it("chooses the form for the number", () => {
    expect(fill("{n} {n|file|files}", { n: 1 }, "en")).toBe("1 file");
    expect(fill("{n} {n|Datei|Dateien}", { n: 1200 }, "de")).toBe("1.200 Dateien");
  });

  it("leaves what it does not know", () => {
    expect(fill("{a} {b}", { a: "x" }, "en")).toBe("x {b}");
  });
});
