// The same shell in a television's browser of 2018, by hand: a browser of that age is 200 MB of wheels that no automatic run should fetch
// (chrome53.test.mjs shows in every run that nothing newer is called). XTASK_OLD_TV is a Python that has the wheels PyQt5==5.11.3 and PyQt5-sip:
//   python3 -m venv V && V/bin/pip install --no-deps PyQt5==5.11.3 PyQt5-sip && XTASK_OLD_TV=V/bin/python npm run old-tv --workspace e2e
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { lanAddress } from "./address.mjs";
import { body, makeFonts, makeMedia } from "./fixtures.mjs";
import { makePlan, mediaItem, pageItem } from "./plan.mjs";
import { openDisplay } from "./recording.mjs";
import { PlayerServer } from "./server.mjs";

const python = process.env.XTASK_OLD_TV;

test("Chrome 65 plays pictures and pages over plain HTTP", async () => {
  assert.ok(python, "XTASK_OLD_TV is not set: the head of this file says to what");
  const { dawn } = makeMedia();
  const fonts = makeFonts();
  const page = body([{ id: "p1", duration_ms: 3000, elements: [{ id: "t", kind: "text", frame: { x: 0, y: 0, w: 900, h: 200 }, text: "Old but well" }, { id: "c", kind: "clock", frame: { x: 0, y: 300, w: 900, h: 200 }, format: "EEEE", language: "nl" }] }]);
  const server = await new PlayerServer({ host: lanAddress() }).start();
  server.serve(dawn, fonts, page);
  server.plan = makePlan({ items: [mediaItem("i1", "image", "dawn", 2000), pageItem("p1", page, "p1", 3000)], media: { dawn }, fonts, bodies: [page] });
  const display = await openDisplay(1280, 720);
  const env = { ...process.env, DISPLAY: display.name, QTWEBENGINE_DISABLE_SANDBOX: "1", QT_XCB_GL_INTEGRATION: "none", LIBGL_ALWAYS_SOFTWARE: "1" };
  const browser = spawn(python, [join(dirname(fileURLToPath(import.meta.url)), "old_tv.py"), `${server.origin}/viewer/`, "--no-sandbox", "--disable-gpu"], { env, stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  browser.stdout.on("data", (data) => (said += data));
  try {
    const hello = await server.wait((message) => message.type === "hello", { limit: 30_000 });
    assert.match(hello.user_agent, /Chrome\/65\./);
    await server.wait((message) => message.type === "received" && message.plan === server.plan.id, { limit: 30_000 });
    await server.wait((message) => message.type === "plays" && message.records.some((one) => one.complete), { limit: 30_000 });
    assert.match(said, /Old but well/);
    assert.match(said, /dag/);
    assert.doesNotMatch(said, /console 2/);
    const faults = server.messages.filter((message) => message.type === "status").flatMap((message) => message.errors);
    assert.deepEqual(faults, []);
  } finally {
    browser.kill("SIGKILL");
    await server.stop();
    display.close();
  }
});
