// The build refuses what a television of 2016 cannot run; here are scripts that it must refuse.
import { expect, test } from "vitest";
import { checkCss, checkScript } from "../checks.mjs";

test.each([
  ["optional chaining", "a?.b"],
  ["a nullish default", "a ?? b"],
  ["an async function", "async function f() {}"],
  ["a power", "2 ** 3"],
  ["spread members", "var a = { ...b }"],
  ["a catch without a name", "try { a() } catch { b() }"],
  ["a private field", "class A { #b }"],
  ["a trailing comma in a call", "f(a,)"],
  ["a look behind", "/(?<=a)b/.test(c)"],
  ["a named group", "/(?<name>a)/.test(c)"],
  ["dot matches all", "/a/s.test(c)"],
  ["a module", "import a from 'a'"],
])("%s is not ES2015", (_title, text) => {
  expect(() => checkScript("x.js", text)).toThrow(/\(1:\d+\)/);
});

test.each(["Object.entries(a)", "Object.values(a)", "a.padStart(2)", "Promise.allSettled(a)", "a.then(b).finally(c)", "a.flatMap(b)", "node.append(b)", "node.replaceWith(b)", "new AbortController()", "new ResizeObserver(a)", "a.at(-1)"])("%s came after Chrome 53", (text) => {
  expect(() => checkScript("x.js", text)).toThrow("Chrome 53");
});

test.each(["gap: 1em", "inset: 0", "display: grid", "width: min(10px, 5vw)", "aspect-ratio: 1", "height: 100dvh"])("the style %s came after Chrome 53", (text) => {
  expect(() => checkCss("x.css", `.a { ${text}; }`)).toThrow("Chrome 53");
});

test("what Chrome 53 knows passes", () => {
  checkScript("x.js", "class A { *b() { yield* [...this.c].includes(1) } } const f = (a, ...b) => `${a}`; new Map([[1, 2]]).entries(); Object.assign({}, f); Promise.race([]).catch(f)");
  checkCss("x.css", ".a { display: flex; object-fit: cover; will-change: transform; contain: strict; }");
});
