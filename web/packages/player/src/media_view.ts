import { Film } from "./film.ts";
import { objectFit, type Size } from "./fit.ts";
import { Picture } from "./picture.ts";
import type { MediaFile, Surroundings } from "./surroundings.ts";
import type { View } from "./view.ts";

/** An image or a film that is scheduled by itself and fills the screen by the viewer's fit. */
export class MediaView implements View {
  readonly node = document.createElement("div");
  private readonly picture: Picture | null;
  private readonly film: Film | null;

  constructor(
    kind: "image" | "video",
    file: MediaFile,
    private readonly around: Surroundings,
  ) {
    this.node.className = "sb-fill";
    this.node.style.background = "#000000";
    this.picture = kind === "image" ? new Picture(file.hash, around) : null;
    this.film = kind === "video" ? new Film(file.hash, { loop: false, volume: 100, muted: false }, around) : null;
    const media = this.media();
    media.className = "sb-fill";
    this.node.appendChild(media);
  }

  prepare(position: number): Promise<void> {
    return this.film ? this.film.prepare(position) : (this.picture as Picture).prepare();
  }

  start(at: number): void {
    if (this.film) this.film.start(at);
  }

  tick(now: number): void {
    if (this.film) this.film.tick(now);
  }

  layout(_area: Size): void {
    this.media().style.objectFit = objectFit(this.around.screen.fit);
  }

  stop(): void {
    if (this.film) this.film.stop();
    if (this.picture) this.picture.stop();
  }

  private media(): HTMLElement {
    return this.film ? this.film.node : (this.picture as Picture).node;
  }
}
