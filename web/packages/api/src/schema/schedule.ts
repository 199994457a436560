import type { Civil, Content, Destination, Id, Made, Millis, Resource } from "./cells.ts";

export type Day = "mo" | "tu" | "we" | "th" | "fr" | "sa" | "su";

export interface Weekly {
  every: number;
  days: Day[];
  window: { start: string; end: string } | null;
}

export interface When {
  from: Civil;
  until: Civil | null;
  zone: string | null;
  recurrence: { weekly: Weekly } | null;
}

export interface Schedule extends Made {
  name: string;
  content: Content | null;
  destination: Destination | null;
  when: When;
  priority: Id | null;
  order: number | null;
  emergency: boolean;
}

export interface Priority extends Resource {
  name: string;
  rank: number;
  colour: string;
}

export interface Slot {
  from: Millis;
  until: Millis;
  row: Id | null;
  name: string;
  content: Content | null;
  emergency: boolean;
  anchor: Millis;
}

export type Verdict = "plays" | "covered" | "not_now" | "ended" | "nothing_to_play";

export interface Candidate {
  row: Id;
  name: string;
  verdict: Verdict;
  /** A sentence that explains the verdict. */
  text: string;
  by: Id | null;
  next: Millis | null;
  path: Id[];
  /** Name of its priority. */
  priority: string | null;
  emergency: boolean;
  made_by: Id | null;
  made_at: Millis;
  published_by: Id | null;
  published_at: Millis | null;
}

export interface Why {
  at: Millis;
  sentence: string;
  playing: {
    kind: "row" | "fallback" | "standby";
    row: Id | null;
    name: string;
    content: Content | null;
    until: Millis | null;
    item: { id: string; index: number; of: number; offset_ms: number; duration_ms: number; media: Id | null; page: string | null; revision: Id | null } | null;
  };
  candidates: Candidate[];
}

/** What an edit of a row would alter on one viewer; `before` and `after` are names. */
export interface Alteration {
  viewer: Id;
  from: Millis;
  until: Millis;
  before: string;
  after: string;
}

/** A screen by its name, for people. */
export interface Named {
  id: Id;
  name: string;
}

/** Which screens something left: those that are connected drop it at once, the others when they are back. */
export interface TakenDown {
  viewers: {
    told: Named[];
    offline: Named[];
    /** Further ones that are not connected and that the caller may not see. */
    hidden: number;
  };
}
