/** The servers of the installation, as the one that answers sees them. */
import type { Id, Millis } from "./cells.ts";
import type { Day, Weekly } from "./schedule.ts";

export type ServerRole = "main" | "sub" | "backup";
export type ServerState = "own" | "connected" | "held" | "not_connected" | "indirect" | "retired";

/** Which media a server keeps; the rest it fetches when somebody asks. */
export type Keeps = "by_role" | "all" | "needed";

/** How fast files may travel in a part of the week: bytes per second; 0 is nothing but what is urgent, null is no limit. */
export interface LineLimit {
  days: Day[];
  window: Weekly["window"];
  receive: number | null;
  send: number | null;
}

export interface ServerView {
  id: Id;
  name: string;
  role: ServerRole;
  promoted_at: Millis | null;
  /** Whether it was the Main before another one was promoted. */
  led_before: boolean;
  parent: Id | null;
  read_only: boolean;
  version: string;
  joined_at: Millis;
  retired_at: Millis | null;
  state: ServerState;
  /** Why it is not connected, or what keeps changes back, in the server's words; empty: nothing is wrong. */
  why: string;
  /** The two have different histories of one server: people say which of them is right. */
  fork: boolean;
  /** Changes that are here and not there; null: it will get the whole state. */
  pending_out: number | null;
  oldest_out_at: Millis | null;
  /** Changes that are there and not here; null: it has not said. */
  pending_in: number | null;
  last_seen: Millis | null;
  /** `control`, `https`, `http`, or `called` where the other one dialled. */
  way: string | null;
  address: string | null;
  since: Millis | null;
  clock_offset_ms: number | null;
  /** Files that it lacks, and their bytes; null: it has not said. */
  files_missing: number | null;
  bytes_missing: number | null;
  /** Play records and events that wait there for the Main, and those that were dropped before it had them. */
  records_waiting: number | null;
  records_dropped: number | null;
  site: string;
  keeps: Keeps;
  /** Of the hours of its limits; null: the installation's. */
  zone: string | null;
  limits: LineLimit[];
  /** What holds at this hour between it and the server that answers, as a limit says it. */
  receive_limit: number | null;
  send_limit: number | null;
  /** Bytes of files since the server that answers started. */
  files_received: number;
  files_sent: number;
}

/** How a server was during some minutes: the worst of them. */
export interface ServerSample {
  at: Millis;
  connected: boolean;
  pending_out: number | null;
  pending_in: number | null;
  files_missing: number | null;
  records_waiting: number | null;
}

export interface ServerHistory {
  step_ms: number;
  servers: { id: Id; samples: ServerSample[] }[];
}

/** Where a change has arrived. */
export interface Arrival {
  dot: string;
  here: boolean;
  made_at: Millis | null;
  /** Empty: there is only one. `has` is null where only a server between knows. */
  servers: { id: Id; name: string; has: boolean | null; connected: boolean }[];
}

/** Files that the server that answers should have and has not. */
export interface MissingFiles {
  files: number;
  bytes: number;
  /** How many of them screens need. */
  needed: number;
  why: string[];
}

export interface SpoiltFile {
  hash: string;
  name: string;
  at: Millis;
  mended_at: Millis | null;
}

/** The reading of all files of the server that answers. */
export interface MediaCheck {
  began: Millis | null;
  ended: Millis | null;
  files: number;
  spoilt: SpoiltFile[];
}

export interface ServersView {
  own: Id;
  joining: boolean;
  why: string;
  /** Null: it is the only server, or its state has not come yet. */
  main: Id | null;
  /** Whether the one that answers can be made the Main. */
  may_lead: boolean;
  /** Whether it waits for a server that has the changes which its disk lost. */
  waits_for_lost: boolean;
  servers: ServerView[];
  missing: MissingFiles;
  check: MediaCheck;
  succession: Succession;
}

/** Who takes over when the Main falls silent, as far as the server that answers knows. */
export interface Succession {
  /** None: no server becomes the Main by itself. */
  voters: Id[];
  seconds: number;
  next: Id | null;
  term: number;
  /** Whether most of those who voted before a change know of it. */
  settled: boolean;
  /** Voters that the one that answers cannot ask. */
  unreached: Id[];
  /** Whether the one that answers, as the Main, has heard most voters lately; null: it is not the Main, or nobody votes. */
  heard: boolean | null;
  /** For how many seconds the one that answers has not heard the Main; null: it does not vote, or is the Main. */
  silent_s: number | null;
}

export interface ServerToken {
  id: Id;
  token: string;
  expires_at: Millis;
}
