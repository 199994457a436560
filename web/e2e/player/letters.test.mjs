// The letters come with the plan: every script is drawn with delivered fonts alone, and lines break alike on screens of any size.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openBrowser } from "./browser.mjs";
import { body, makeFonts } from "./fixtures.mjs";
import { makePlan, pageItem } from "./plan.mjs";
import { PlayerServer } from "./server.mjs";

const TEXTS = {
  latin: "The ferry to Juist leaves at high water; Überfahrt, traversée, přívoz and prom leave later, weather permitting.",
  greek: "Το πλοίο φεύγει από την προβλήτα τρία στις δώδεκα και δέκα, αν το επιτρέψει ο καιρός.",
  cyrillic: "Паром отходит от третьего причала в двенадцать часов десять минут, если позволит погода.",
  arabic: "تغادر العبارة من الرصيف الثالث عند الظهر إذا سمح الطقس بذلك، والتذاكر عند المدخل.",
  hebrew: "המעבורת יוצאת מרציף שלוש בצהריים אם מזג האוויר יאפשר, והכרטיסים נמכרים בכניסה.",
};
const SIZES = [{ width: 1280, height: 720 }, { width: 641, height: 377 }, { width: 720, height: 1280, rotation: 90 }];

/** Runs in the page: where each text begins a new line. */
function breaks() {
  const words = [...document.querySelectorAll(".sb-layer [lang]")];
  return words.map((node) => {
    const text = node.firstChild;
    const found = [];
    let last = null;
    for (let at = 0; at < text.length; at++) {
      const range = document.createRange();
      range.setStart(text, at);
      range.setEnd(text, at + 1);
      const box = range.getBoundingClientRect();
      const tall = document.querySelector(".sb-stage").style.transform.includes("rotate") ? -box.left : box.top;
      const step = Math.max(box.width, box.height) / 2;
      if (last !== null && tall > last + step) found.push(at);
      if (box.width > 0 && box.height > 0) last = tall;
    }
    return found;
  });
}

test("five scripts are drawn with delivered letters, and their lines break alike on every screen", async () => {
  const fonts = makeFonts();
  const elements = Object.entries(TEXTS).map(([id, text], row) => ({ id, kind: "text", text, size: 54, weight: 200 + row * 150, font: row % 2 ? "JetBrains Mono" : "Inter", frame: { x: 60, y: 20 + row * 210, w: 1100, h: 200 } }));
  const page = body([{ id: "p1", duration_ms: 3_600_000, elements }]);
  const server = await new PlayerServer().start();
  server.serve(fonts, page);
  const found = [];
  try {
    for (const { width, height, rotation = 0 } of SIZES) {
      server.plan = makePlan({ items: [pageItem("p1", page, "p1", 3_600_000, { kind: "cut", ms: 0 })], fonts, bodies: [page], viewer: { rotation, name: `${width}` } });
      const browser = await openBrowser({ width, height });
      try {
        await browser.page.goto(`${server.origin}/viewer/`);
        await server.wait((message) => message.type === "shown" && message.plan === server.plan.id);
        found.push(await browser.page.evaluate(breaks));
        const devtools = await browser.context.newCDPSession(browser.page);
        await devtools.send("DOM.enable");
        await devtools.send("CSS.enable");
        const { root } = await devtools.send("DOM.getDocument");
        const { nodeIds } = await devtools.send("DOM.querySelectorAll", { nodeId: root.nodeId, selector: ".sb-layer [lang]" });
        assert.equal(nodeIds.length, elements.length);
        for (const [at, nodeId] of nodeIds.entries()) {
          const used = (await devtools.send("CSS.getPlatformFontsForNode", { nodeId })).fonts;
          assert.ok(used.length > 0);
          assert.deepEqual(used.filter((font) => !font.isCustomFont), [], `${elements[at].id} is drawn with letters of the device`);
        }
        assert.deepEqual(browser.errors, []);
      } finally {
        await browser.close();
      }
    }
    assert.ok(found[0].every((one) => one.length >= 1), `each text has more than one line: ${JSON.stringify(found[0])}`);
    for (const other of found.slice(1)) assert.deepEqual(other, found[0]);
  } finally {
    await server.stop();
  }
});
