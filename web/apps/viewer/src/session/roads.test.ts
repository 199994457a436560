import { expect, test } from "vitest";
import { Memory } from "../store/memory.ts";
import { isPlace, Roads, type Place } from "./roads.ts";

const PAGE = "http://main/";
const place = (id: string, ...hosts: string[]): Place => ({ id, name: id.toUpperCase(), roots: hosts.reduce<string[]>((all, host) => all.concat([`https://${host}/`, `http://${host}/`]), []) });
const PLACES = [place("s", "sub", "10.0.0.5:8080"), place("b", "backup"), place("m", "10.0.0.1", "main")];

test("without a word of the server there is the page's own alone", () => {
  const roads = new Roads(PAGE, new Memory());
  expect([roads.next(), roads.root, roads.isOwn, roads.home, roads.limits]).toEqual([false, PAGE, true, null, null]);
});

test("goes down the list over the page's own scheme, and knows where home is", () => {
  const roads = new Roads(PAGE, new Memory());
  roads.learn("m", PLACES);
  expect([roads.root, roads.home, roads.limits]).toEqual([PAGE, "http://sub/", null]);
  const seen = [0, 1, 2, 3].map(() => (roads.next(), roads.root));
  expect(seen).toEqual(["http://sub/", "http://10.0.0.5:8080/", "http://backup/", PAGE]);
  roads.first();
  expect([roads.root, roads.isOwn, roads.home]).toEqual(["http://sub/", false, null]);
  // The other address of the same server is home, too.
  roads.next();
  expect(roads.home).toBeNull();
});

test("a round in haste, then a pause, and the same again", () => {
  const roads = new Roads(PAGE, new Memory());
  roads.learn("m", PLACES);
  expect([0, 1, 2, 3, 4, 5, 6, 7].map(() => roads.next())).toEqual([true, true, true, false, true, true, true, false]);
});

test("another machine at the address of a server is not taken for it", () => {
  const roads = new Roads(PAGE, new Memory());
  roads.learn("m", PLACES);
  // The page's own name can lead to several servers.
  expect(roads.expects("b")).toBe(true);
  roads.next();
  expect([roads.expects("s"), roads.expects("b"), roads.expects("")]).toEqual([true, false, false]);
});

test("what was learned is there for the next page", async () => {
  const database = new Memory();
  new Roads(PAGE, database).learn("m", PLACES);
  const roads = new Roads(PAGE, database);
  await roads.recall();
  roads.next();
  expect(roads.root).toBe("http://sub/");
});

test("what is kept and makes no sense is left alone", async () => {
  const database = new Memory();
  await database.write([{ table: "setting", key: "roads", value: { own: "m", places: [{ id: "s", name: "S", roots: ["javascript:alert(1)"] }] } }]);
  const roads = new Roads(PAGE, database);
  await roads.recall();
  expect([roads.next(), roads.root]).toEqual([false, PAGE]);
});

test("a page says which servers it cannot reach, and whether they would answer it", () => {
  const secure = new Roads("https://main/", new Memory());
  secure.learn("m", [{ id: "s", name: "Sub", roots: ["http://sub/"] }, place("m", "main")]);
  expect(secure.next()).toBe(false);
  expect(secure.limits).toMatch(/cannot go to Sub:/);
  const strange = new Roads("http://nickname/", new Memory());
  strange.learn("m", PLACES);
  expect(strange.limits).toMatch(/opened at http:\/\/nickname\/, which no server knows/);
});

test("the list of a moved screen begins with another server", () => {
  const roads = new Roads(PAGE, new Memory());
  expect([roads.learn("m", PLACES), roads.learn("m", PLACES), roads.learn("m", PLACES.slice().reverse())]).toEqual([false, false, true]);
});

test("a place has an id, a name and addresses by HTTP or HTTPS", () => {
  const good = { id: "s", name: "", roots: ["http://sub:8080/", "https://[fd00::5]/"] };
  expect(isPlace(good)).toBe(true);
  for (const bad of [null, {}, { ...good, id: "" }, { ...good, name: 5 }, { ...good, roots: "http://sub/" }, { ...good, roots: ["ftp://sub/"] }, { ...good, roots: ["http://sub"] }]) expect(isPlace(bad)).toBe(false);
});
