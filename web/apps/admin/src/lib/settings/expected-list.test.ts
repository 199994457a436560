import { expect, test } from "vitest";
import { readExpected } from "./expected-list.ts";

test("lines of a table are read whatever separates them, and empty ones are passed over", () => {
  const pier = { serial: "8X-1", mac: "00:11:22:aa:bb:cc", name: "Pier 3", group: "Hall" };
  for (const separator of ["\t", ";", ",", " ; "]) expect(readExpected(["8X-1", "00:11:22:aa:bb:cc", "Pier 3", "Hall"].join(separator))).toEqual([pier]);
  expect(readExpected("\n 8X-1 \r\n\n;00:11:22:aa:bb:cc\n")).toEqual([
    { serial: "8X-1", mac: "", name: "", group: "" },
    { serial: "", mac: "00:11:22:aa:bb:cc", name: "", group: "" },
  ]);
});

test("a lone hardware address is no serial number", () => {
  expect(readExpected("00-11-22-AA-BB-CC")).toEqual([{ serial: "", mac: "00-11-22-AA-BB-CC", name: "", group: "" }]);
});
