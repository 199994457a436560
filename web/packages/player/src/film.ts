import type { Surroundings } from "./surroundings.ts";
import { filmTime, pace } from "./pace.ts";
import { atMost, until } from "./wait.ts";

/** A film may take this long until its first frame, in milliseconds. */
const LIMIT = 20_000;

export interface FilmSettings {
  loop: boolean;
  /** per cent, of the element alone */
  volume: number;
  muted: boolean;
}

/** A film that follows the session's clock. */
export class Film {
  readonly node = document.createElement("video");
  private held = false;
  private stopped = false;
  private began: number | null = null;
  private checked = 0;
  private jumped = 0;
  private refused = false;

  constructor(
    private readonly hash: string,
    private readonly settings: FilmSettings,
    private readonly around: Surroundings,
  ) {
    const node = this.node;
    node.muted = true;
    node.loop = settings.loop;
    node.preload = "auto";
    node.setAttribute("playsinline", "");
    node.setAttribute("disableremoteplayback", "");
  }

  /** Loads the film and stands on the frame that is `position` milliseconds in. */
  async prepare(position: number): Promise<void> {
    const node = this.node;
    const url = await this.around.url(this.hash);
    if (this.stopped) {
      this.around.release(this.hash);
      throw new Error("it was not wanted any more");
    }
    this.held = true;
    const ready = until(node, ["loadeddata"], LIMIT);
    node.src = url;
    node.load();
    await ready;
    const target = filmTime(position, node.duration, this.settings.loop);
    if (target > 0.05) {
      const sought = until(node, ["seeked"], LIMIT);
      node.currentTime = target;
      await sought;
    }
    // Chrome 83 and later.
    const frame = node.requestVideoFrameCallback as HTMLVideoElement["requestVideoFrameCallback"] | undefined;
    if (frame) await atMost(new Promise<void>((resolve) => frame.call(node, () => resolve())), 250);
  }

  start(at: number): void {
    this.began = at;
    this.follow(this.around.now(), true);
    this.applyVolume();
    this.play();
  }

  tick(now: number): void {
    if (this.began === null || now - this.checked < 500) return;
    this.checked = now;
    this.applyVolume();
    this.follow(now, false);
  }

  stop(): void {
    this.stopped = true;
    this.began = null;
    this.node.pause();
    this.node.removeAttribute("src");
    // Without a new load the browser keeps the decoder, and small devices have only one or two.
    this.node.load();
    if (this.held) this.around.release(this.hash);
    this.held = false;
  }

  private applyVolume(): void {
    const screen = this.around.screen;
    const volume = (Math.max(0, Math.min(100, this.settings.volume)) * Math.max(0, Math.min(100, screen.volume))) / 10_000;
    const muted = this.settings.muted || screen.muted || volume === 0 || this.refused;
    if (this.node.volume !== volume) this.node.volume = volume;
    if (this.node.muted !== muted) this.node.muted = muted;
  }

  private play(): void {
    // Browsers before Chrome 50 return nothing.
    const playing = this.node.play() as Promise<void> | undefined;
    if (!playing) return;
    playing.then(
      () => {
        if (!this.node.muted) this.around.sound("ok");
      },
      (error: { name?: string }) => {
        if (this.began === null) return;
        if (error.name === "NotAllowedError" && !this.node.muted) {
          this.refused = true;
          this.node.muted = true;
          this.around.sound("refused");
          this.play();
        } else if (error.name !== "AbortError") {
          this.around.report("video.play", `The film does not start: ${error.name || "unknown"}`);
        }
      },
    );
  }

  private follow(now: number, first: boolean): void {
    const node = this.node;
    if (this.began === null || node.seeking || !(node.duration > 0)) return;
    const should = filmTime(now - this.began, node.duration, this.settings.loop);
    const step = pace(node.currentTime, should, node.duration, this.settings.loop);
    if (step.seek && (first || now - this.jumped > 3_000)) {
      this.jumped = now;
      node.currentTime = should;
      node.playbackRate = 1;
      if (node.paused && !first && !node.ended) this.play();
    } else if (!step.seek && node.playbackRate !== step.rate) {
      node.playbackRate = step.rate;
    }
  }
}
