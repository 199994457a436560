import type { Surroundings } from "./surroundings.ts";
import { until } from "./wait.ts";

/** A picture may take this long to load and decode, in milliseconds. */
const LIMIT = 20_000;

/** A still picture, decoded before it is seen. */
export class Picture {
  readonly node = document.createElement("img");
  private held = false;
  private stopped = false;

  constructor(
    private readonly hash: string,
    private readonly around: Surroundings,
  ) {
    this.node.alt = "";
    this.node.draggable = false;
  }

  async prepare(): Promise<void> {
    const url = await this.around.url(this.hash);
    if (this.stopped) {
      this.around.release(this.hash);
      throw new Error("it was not wanted any more");
    }
    this.held = true;
    const loaded = until(this.node, ["load"], LIMIT);
    this.node.src = url;
    await loaded;
    // Chrome 64 and later; before that a loaded picture is decoded when it is painted, unseen below the current one.
    if (this.node.decode) await this.node.decode();
  }

  stop(): void {
    this.stopped = true;
    if (this.held) this.around.release(this.hash);
    this.held = false;
  }
}
