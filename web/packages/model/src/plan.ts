// The plan of a viewer, as in docs/protocols/viewer-session.md section 3. Times are Unix milliseconds of the server's clock.
import type { Fit, Transition } from "./body.ts";

/** Something that plays, by the id of its document. */
export type Content = { media: string } | { playlist: string } | { presentation: string } | { revision: string };

/** What a play record says of an item. */
export interface Play {
  /** the media or presentation; null for standby */
  content: Content | null;
  /** for pages */
  revision?: string;
  /** for pictures and films */
  media?: string;
}

/** One item of a program. */
export interface Item {
  /** unique in the program */
  id: string;
  kind: "page" | "image" | "video" | "standby";
  /** at least 1 */
  duration_ms: number;
  transition: Transition;
  /** page: hash of the body */
  body?: string;
  /** page: its id inside the body */
  page?: string;
  /** image, video: id of the media record */
  media?: string;
  play?: Play;
}

/** How the rounds of a program are shuffled. */
export interface Shuffle {
  /** id of the playlist */
  seed: string;
  /** indexes of items that stay together */
  blocks: number[][];
}

/** Items that play in turn, over and over. */
export interface Program {
  items: Item[];
  shuffle: Shuffle | null;
}

/** A time in which the same program plays. */
export interface Slot {
  from: number;
  /** first instant after */
  until: number;
  /** from where positions count */
  anchor: number;
  /** key in the plan's programs */
  program: string;
  /** the schedule row; null where nothing is scheduled */
  row: string | null;
  emergency: boolean;
}

export interface FileFacts {
  /** BLAKE3, the address of the file */
  hash: string;
  sha256: string;
  bytes: number;
}

export interface MediaFacts extends FileFacts {
  mime: string;
  /** pixels */
  width: number;
  height: number;
  /** 0 for pictures */
  duration_ms: number;
  /** Unix milliseconds; pages leave it out before */
  valid_from?: number | null;
  /** Unix milliseconds; pages leave it out from then on */
  valid_until?: number | null;
}

export interface FontFacts extends FileFacts {
  family: string;
  /** CSS `font-weight` of the face, such as `100 900` */
  weight: string;
  style: string;
  /** CSS `unicode-range` */
  range: string;
}

/** The offset in force from a time on. */
export interface ZoneOffset {
  from: number;
  /** seconds east of UTC */
  offset_s: number;
}

/** How the viewer shows its plan. */
export interface ViewerFacts {
  id: string;
  name: string;
  /** name of the installation, for the standby page */
  installation?: string;
  /** IANA zone */
  zone: string;
  /** degrees clockwise: 0, 90, 180 or 270 */
  rotation: number;
  fit: Fit;
  /** per cent */
  volume: number;
  muted: boolean;
  /** BCP 47 tag */
  language: string;
}

export interface Plan {
  id: string;
  made_at: number;
  from: number;
  until: number;
  /** takes over at once, even if something is missing */
  urgent: boolean;
  viewer: ViewerFacts;
  zones: { [zone: string]: ZoneOffset[] };
  /** from `from` to `until` without gap or overlap, in order */
  slots: Slot[];
  programs: { [program: string]: Program };
  /** the program outside the slots */
  fallback: string;
  /** from where the fallback's position counts, Unix milliseconds */
  fallback_anchor?: number;
  /** by the id of the record */
  media: { [media: string]: MediaFacts };
  /** by hash */
  bodies: { [hash: string]: { sha256: string; bytes: number } };
  fonts: FontFacts[];
}
