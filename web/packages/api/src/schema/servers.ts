/** The servers of the installation, as the one that answers sees them. */
import type { Id, Millis } from "./cells.ts";

export type ServerRole = "main" | "sub" | "backup";
export type ServerState = "own" | "connected" | "held" | "not_connected" | "indirect" | "retired";

export interface ServerView {
  id: Id;
  name: string;
  role: ServerRole;
  parent: Id | null;
  read_only: boolean;
  version: string;
  joined_at: Millis;
  retired_at: Millis | null;
  state: ServerState;
  /** Why it is not connected, or what keeps changes back, in the server's words; empty: nothing is wrong. */
  why: string;
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
}

export interface ServersView {
  own: Id;
  joining: boolean;
  why: string;
  servers: ServerView[];
}

export interface ServerToken {
  id: Id;
  token: string;
  expires_at: Millis;
}
