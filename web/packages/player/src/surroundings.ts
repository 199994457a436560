import type { Fit } from "./fit.ts";

/** Whether the browser lets a film sound without a click. */
export type Sound = "unknown" | "ok" | "refused";

/** A media file as a page may use it. */
export interface MediaFile {
  /** What to ask {@link Surroundings.url} for. */
  hash: string;
  mime: string;
  width: number;
  height: number;
  /** 0 where it has none */
  duration_ms: number;
}

/** Everything that drawing needs from outside. The player knows no network, no storage and no clock of its own. */
export interface Surroundings {
  /** The disciplined time, Unix milliseconds. */
  now(): number;
  /** Seconds east of UTC in a zone at an instant; null is the viewer's zone. */
  offset(zone: string | null, at: number): number;
  /** A local address of a file. Rejects where it is not local. Each call is paid back by {@link Surroundings.release}. */
  url(hash: string): Promise<string>;
  release(hash: string): void;
  /** The file behind a media id; null where it is missing, not local, or not to be shown at that time (Unix milliseconds). */
  media(id: string, at: number): MediaFile | null;
  /** Something went wrong that an administrator should read. */
  report(code: string, text: string): void;
  sound(state: Sound): void;
  readonly screen: ScreenSettings;
}

/** What the viewer's settings say. Read at use, since they change while things play. */
export interface ScreenSettings {
  /** The installation's name */
  installation: string;
  language: string;
  fit: Fit;
  /** per cent */
  volume: number;
  muted: boolean;
}
