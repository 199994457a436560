// A screen of the installation: a browser that has the viewer open, and what can be seen on it.
import { openBrowser } from "../player/browser.mjs";
import { Picture } from "./picture.mjs";

export const SIZE = { width: 1280, height: 720 };
/** Whatever is waited for comes within this time on a busy machine, in milliseconds. How fast it is stands among the figures. */
const PATIENCE = 60_000;

export class Screen {
  /** `env` decides whom the browser trusts. */
  static async open(address, env, size = SIZE) {
    const screen = Object.assign(new Screen(), { address, options: { ...size, env }, words: [], errors: [], records: [], acknowledged: [], log: [] });
    await screen.start();
    return screen;
  }

  async start() {
    this.browser = await openBrowser(this.options);
    this.page = this.browser.page;
    this.page.on("console", (message) => message.type() === "error" && this.words.push(message.text()));
    this.page.on("pageerror", (error) => this.errors.push(error.message));
    this.page.on("websocket", (socket) => this.listen(socket));
    await this.page.goto(this.address);
  }

  /** Switches it off and on: the same profile, nothing else kept. */
  async restart() {
    this.options.profile = this.browser.profile;
    await this.browser.close(false);
    await this.start();
  }

  /** Keeps the play records that leave, as often as they leave, and the numbers up to which they are acknowledged. */
  listen(socket) {
    const read = (frame, keep) => {
      const message = JSON.parse(String(frame.payload));
      if (message.type === "plays" || message.type === "plays_ack") keep(message);
      // In the order in which the browser sent and got them.
      if (message.type === "plan") this.log.push({ what: message.urgent ? "urgent plan" : "plan", plan: message.id });
      if (message.type === "received" || message.type === "shown") this.log.push({ what: message.type, plan: message.plan });
    };
    socket.on("framesent", (frame) => read(frame, (message) => this.records.push(...message.records.map((record) => ({ stream: message.stream, ...record })))));
    socket.on("framereceived", (frame) => read(frame, (message) => this.acknowledged.push({ stream: message.stream, n: message.n })));
  }

  /** The code that it shows, as a person reads it. */
  async code() {
    const large = this.page.locator(".own-large");
    await large.waitFor();
    return (await large.innerText()).replace(/\s/g, "");
  }

  async look() {
    return Picture.ofPng(await this.page.screenshot({ animations: "allow", caret: "initial" }));
  }

  /** Looks until `seen` accepts a picture; answers how long that took, in milliseconds. */
  async until(seen, what, limit = PATIENCE) {
    const began = Date.now();
    for (;;) {
      const picture = await this.look();
      const found = await seen(picture);
      if (found) return { picture, found, ms: Date.now() - began };
      if (Date.now() - began > limit) throw new Error(`not on the screen within ${limit} ms: ${what}`);
    }
  }

  /** Waits until a plan that came after a place in the log was shown; answers what was said of it since, in order. */
  async shownSince(place, limit = PATIENCE) {
    for (const until = Date.now() + limit; Date.now() < until; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const since = this.log.slice(place);
      const came = since.filter(({ what }) => what.endsWith("plan")).at(-1);
      const said = since.filter(({ plan }) => plan === came?.plan).map(({ what }) => what);
      if (said.includes("shown")) return said;
    }
    throw new Error(`no new plan is shown within ${limit} ms: ${JSON.stringify(this.log.slice(place))}`);
  }

  /** Waits until so many more play records have left than had at a moment. */
  async moreRecords(count, before = this.records.length, limit = PATIENCE) {
    const until = Date.now() + limit;
    while (this.records.length < before + count) {
      if (Date.now() > until) throw new Error(`only ${this.records.length - before} of ${count} play records in ${limit} ms`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** Waits until every record that left is acknowledged; answers the last number of each stream. */
  async allAcknowledged(limit = PATIENCE) {
    const until = Date.now() + limit;
    for (;;) {
      const highest = (list) => list.reduce((map, { stream, n }) => map.set(stream, Math.max(n, map.get(stream) ?? 0)), new Map());
      const [sent, kept] = [highest(this.records), highest(this.acknowledged)];
      if (sent.size > 0 && [...sent].every(([stream, n]) => kept.get(stream) === n)) return kept;
      if (Date.now() > until) throw new Error(`sent ${JSON.stringify([...sent])}, acknowledged ${JSON.stringify([...kept])}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  close() {
    return this.browser.close();
  }
}
