// A server with one approved screen in the network that shows a photograph and a text: where both benches begin.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBrowser } from "../player/browser.mjs";
import { decode, makePhoto } from "../story/footage.mjs";
import { Server } from "../story/server.mjs";
import { trustedBy } from "../story/trust.mjs";
import { Account } from "./account.mjs";

const SIZE = { width: 480, height: 270 };
/** Upper half: the photograph; lower half: the text. Both in pixels of the screen. */
export const PHOTO = { x: 0, y: 0, width: 480, height: 135 };
export const TEXT = { x: 0, y: 135, width: 480, height: 135 };

const body = (media, text) => ({
  version: 1,
  canvas: { width: 1920, height: 1080, background: "#10141a" },
  pages: [
    {
      id: "p1", duration_ms: 3_600_000,
      elements: [
        { id: "i", kind: "image", media, fit: "stretch", frame: { x: 0, y: 0, w: 1920, h: 540 } },
        { id: "t", kind: "text", text, size: 360, weight: 800, frame: { x: 0, y: 540, w: 1920, h: 540 } },
      ],
    },
  ],
});

export class Stage {
  static async open() {
    const stage = new Stage();
    stage.folder = mkdtempSync(join(tmpdir(), "signboard-bench-"));
    const photo = makePhoto(stage.folder);
    stage.photo = decode(photo, PHOTO.width, PHOTO.height);
    stage.server = await new Server().start();
    stage.account = new Account(stage.server.local);
    const { account, server } = stage;
    await account.setUp((await server.said(/setup\?link=(\S+)/))[1]);
    stage.media = await account.upload(readFileSync(photo), "pier.jpg");
    stage.presentation = (await account.call("POST", "/presentations", { name: "Bench" })).value.id;
    await stage.write("Ferry");
    await stage.schedule();
    stage.env = await trustedBy(server);
    stage.browser = await openBrowser({ ...SIZE, env: stage.env });
    stage.address = `${server.secure}/viewer/`;
    await stage.browser.page.goto(stage.address);
    const code = (await stage.browser.page.locator(".own-large").innerText()).replace(/\s/g, "");
    stage.viewer = (await account.call("POST", "/devices/approve", { code, name: "Bench" })).value.id;
    await account.shown(stage.viewer);
    return stage;
  }

  /** Publishes another text; answers when the server had answered. */
  async write(text) {
    await this.account.save(this.presentation, body(this.media, text));
    await this.account.publish(this.presentation);
    return Date.now();
  }

  /** Shows the presentation everywhere from now on; answers the row. */
  async schedule() {
    const when = { from: "2020-01-01T00:00:00", until: null, zone: null, recurrence: null };
    const wish = { name: "", content: { presentation: this.presentation }, destination: "all", when, priority: null, emergency: false };
    this.row = (await this.account.call("POST", "/schedules", wish)).value.id;
  }

  async close() {
    await this.browser?.close();
    await this.server.remove();
    if (this.env) rmSync(this.env.HOME, { recursive: true, force: true });
    rmSync(this.folder, { recursive: true, force: true });
  }
}
