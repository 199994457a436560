import { expect, test } from "vitest";
import { rootOf, sessionAddress, takeToken } from "./place.ts";

test.each([
  ["http://192.168.1.5/viewer/", "http://192.168.1.5/"],
  ["https://signs.example:8443/viewer/?token=a#b", "https://signs.example:8443/"],
  ["http://host/signs/viewer/preview/", "http://host/signs/"],
  ["http://host/viewer/index.html", "http://host/"],
])("root of %s", (page, root) => expect(rootOf(page)).toBe(root));

test("the session follows the page's scheme", () => {
  expect(sessionAddress("http://h/")).toBe("ws://h/api/v1/viewer/session");
  expect(sessionAddress("https://h/")).toBe("wss://h/api/v1/viewer/session");
});

test.each([
  ["http://h/viewer/?token=ab%20c", "ab c", "http://h/viewer/"],
  ["http://h/viewer/?a=1&token=x&b=2#z", "x", "http://h/viewer/?a=1&b=2#z"],
  ["http://h/viewer/?token=x&b=2", "x", "http://h/viewer/?b=2"],
  ["http://h/viewer/?b=2", null, "http://h/viewer/?b=2"],
])("token of %s", (address, token, rest) => expect(takeToken(address)).toEqual({ token, rest }));
