// What a page draws, frame by frame with the time at which each was drawn: finer than screenshots, and it slows the page less.
import { Picture } from "../story/picture.mjs";

/** Silence in milliseconds after which the picture is fetched. */
const SILENCE = 1000;

export class Screencast {
  static async of(page) {
    const cast = new Screencast();
    cast.frames = [];
    cast.page = page;
    cast.session = await page.context().newCDPSession(page);
    cast.session.on("Page.screencastFrame", ({ data, metadata, sessionId }) => {
      cast.session.send("Page.screencastFrameAck", { sessionId }).catch(() => {});
      cast.frames.push({ at: metadata.timestamp * 1000, png: Buffer.from(data, "base64") });
    });
    await cast.session.send("Page.startScreencast", { format: "png", everyNthFrame: 1 });
    return cast;
  }

  get newest() {
    const last = this.frames.at(-1);
    return last && Picture.ofPng(last.png);
  }

  /** What stands there now. */
  async still() {
    return Picture.ofPng(await this.page.screenshot());
  }

  /** Drops what was drawn so far. */
  forget() {
    this.frames.length = 0;
  }

  /**
   * The time of the first kept frame that `accepts` takes. A busy browser leaves out frames, at times the last one of a fade: then the picture
   * is fetched, with a time that is later than the truth and never earlier.
   */
  async first(accepts, limit = 15_000) {
    const until = Date.now() + limit;
    for (let next = 0; ; ) {
      for (; next < this.frames.length; next++) if (accepts(Picture.ofPng(this.frames[next].png))) return this.frames[next].at;
      if (Date.now() - (this.frames.at(-1)?.at ?? until - limit) > SILENCE) {
        const png = await this.page.screenshot();
        this.frames.push({ at: Date.now(), png });
      }
      if (Date.now() > until) throw new Error(`no such frame among ${this.frames.length} within ${limit} ms`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
