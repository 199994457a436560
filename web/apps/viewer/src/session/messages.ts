// The session's messages, as in docs/protocols/viewer-session.md section 2.
import type { Plan } from "@signboard/model";
import type { BootFacts } from "../host/boot.ts";
import type { Limits } from "../media/limits.ts";
import type { Place } from "./roads.ts";

export interface StorageFacts {
  level: "persistent" | "page" | "host";
  /** bytes; 0 where the browser does not tell */
  quota: number;
  used: number;
}

export interface Hello {
  type: "hello";
  protocol: 1;
  player: string;
  screen: { width: number; height: number; ratio: number };
  storage: StorageFacts;
  sound: string;
  secure: boolean;
  user_agent: string;
  plan: string | null;
  language: string;
  /** number of this session */
  epoch?: number;
  /** what the server knew that made the plan */
  position?: unknown;
}

export interface PlayRecord {
  n: number;
  row: string | null;
  plan: string | null;
  item: string;
  content: unknown;
  revision: string | null;
  media: string | null;
  from: number;
  until: number;
  complete: boolean;
}

export interface Missing {
  hash: string;
  bytes: number;
  why: "quota" | "network" | "not_found" | "corrupt";
}

export interface Fault {
  code: string;
  text: string;
  at: number;
}

export type FromViewer =
  | Hello
  | { type: "time"; t0: number }
  | { type: "received" | "shown"; plan: string; at?: number }
  | { type: "incomplete"; plan: string; missing: Missing[] }
  | {
      type: "status";
      plan: string | null;
      slot: { row: string | null; item: string } | null;
      storage: StorageFacts;
      sound: string;
      offset_ms: number;
      errors: Fault[];
      visible: boolean;
      /** since the page was opened */
      frames_dropped: number;
    }
  | { type: "plays"; stream: string; records: PlayRecord[] }
  | { type: "result"; command: string; ok: boolean; text?: string; image?: string }
  | { type: "ping" };

export type FromServer =
  | { type: "pairing"; code: string; installation: string; language: string; server_time: number }
  | { type: "welcome"; viewer: { id: string; name: string }; installation: string; language: string; server_time: number; server?: string; servers?: Place[]; epoch?: number; return_after_s?: number; return_within_s?: number }
  | { type: "time"; t0: number; t1: number; t2: number }
  | (Limits & { type: "download" })
  | (Plan & { type: "plan"; position?: unknown })
  | (BootFacts & { type: "boot" })
  | { type: "files"; missing: string[] }
  | { type: "command"; id: string; kind: string; seconds?: number; name?: string; epoch?: number }
  | { type: "plays_ack"; stream: string; n: number }
  | { type: "bye"; reason: string }
  | { type: "error"; code: string; message: string }
  | { type: "ping" };
