import type { VideoElement } from "@signboard/model";
import { Film } from "../film.ts";
import { objectFit } from "../fit.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Drawn } from "./drawn.ts";

/** Null where its media is missing or not to be shown at that time. */
export function drawVideo(element: VideoElement, around: Surroundings, at: number): Drawn | null {
  const file = around.media(element.media, at);
  if (!file) return null;
  const film = new Film(
    file.hash,
    { loop: element.loop !== false, volume: element.volume === undefined ? 100 : element.volume, muted: element.muted === true },
    around,
  );
  const style = film.node.style;
  style.width = "100%";
  style.height = "100%";
  style.display = "block";
  style.objectFit = objectFit(element.fit);
  style.borderRadius = `${element.radius || 0}px`;
  return {
    node: film.node,
    prepare: (position) => film.prepare(position),
    start: (at) => film.start(at),
    tick: (now) => film.tick(now),
    stop: () => film.stop(),
  };
}
