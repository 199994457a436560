// What Chrome 53 does not know: syntax after ES2015, library functions and CSS that came later.
import { parse } from "acorn";
import { simple } from "acorn-walk";

/** Methods that came after Chrome 53, by name. None of ours may be called so. */
const METHODS = [
  "padStart", "padEnd", "flat", "flatMap", "fromEntries", "replaceAll", "matchAll", "allSettled", "any", "at", "findLast", "findLastIndex",
  "replaceChildren", "append", "prepend", "before", "after", "replaceWith", "toggleAttribute", "getAnimations", "structuredClone",
  "trimStart", "trimEnd", "toSorted", "toReversed", "hasOwn", "groupBy", "getContextAttributes",
  "finally", "formatToParts", "getAttributeNames", "toWellFormed", "showModal", "requestSubmit",
];
const STATIC = { Object: ["entries", "values", "fromEntries", "hasOwn", "getOwnPropertyDescriptors"], Promise: ["allSettled", "any", "try"] };
const GLOBALS = ["AbortController", "ResizeObserver", "IntersectionObserver", "BroadcastChannel", "OffscreenCanvas", "WeakRef", "queueMicrotask", "structuredClone", "globalThis", "BigInt"];
const CSS = [/(?<![\w-])gap\s*:/, /(?<![\w-])inset\s*:/, /aspect-ratio\s*:/, /container-type/, /oklch\(/, /color-mix\(/, /(?<![\w-])(?:min|max|clamp)\([^)]*(?:vw|vh|px|em|%)/, /display\s*:\s*grid/, /:is\(/, /:where\(/, /backdrop-filter/, /\d(?:dvh|svh|lvh)/, /place-items/, /text-wrap/];

/** Throws where the script is not ES2015 or calls what an old browser lacks. Our own method names count too: they would hide a mistake. */
export function checkScript(name, text) {
  const tree = parse(text, { ecmaVersion: 2015, sourceType: "script" });
  const found = [];
  simple(tree, {
    CallExpression(node) {
      const callee = node.callee;
      if (callee.type !== "MemberExpression" || callee.computed) return;
      const method = callee.property.name;
      const object = callee.object.type === "Identifier" ? callee.object.name : "";
      if (STATIC[object]) {
        if (STATIC[object].includes(method)) found.push(`${object}.${method}`);
      } else if (METHODS.includes(method)) {
        found.push(`.${method}()`);
      }
    },
    NewExpression(node) {
      if (node.callee.type === "Identifier" && GLOBALS.includes(node.callee.name)) found.push(`new ${node.callee.name}`);
    },
  });
  if (found.length > 0) throw new Error(`${name} calls what Chrome 53 does not have: ${[...new Set(found)].join(", ")}.`);
}

/** Throws where a style, also one inside a script, uses what televisions lack. */
export function checkCss(name, text) {
  const found = CSS.filter((pattern) => pattern.test(text)).map((pattern) => String(pattern));
  if (found.length > 0) throw new Error(`${name} has CSS that Chrome 53 does not know: ${found.join(", ")}.`);
}
