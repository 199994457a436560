import type { components } from "../generated/openapi.ts";
import type { Content, Id, Made, Millis, Resource, Size } from "./cells.ts";

export interface Viewer extends Made {
  name: string;
  location: string;
  zone: string | null;
  rotation: 0 | 90 | 180 | 270;
  fit: "contain" | "cover" | "stretch";
  volume: number;
  muted: boolean;
  fallback: Content | null;
  /** The server that it belongs to; null: Main. */
  server: Id | null;
}

export interface Device extends Resource {
  viewer: Id | null;
  player: "html5" | "native";
  user_agent: string;
  screen: Size;
  /** The server that it came to last; null: nobody noted it. */
  in_charge: { server: Id; epoch: number } | null;
  approved_by: Id | null;
  approved_at: Millis;
  revoked_at: Millis | null;
}

/** Settings of some native viewers; what is null counts as at the groups around them, for all, or as on the machine. */
export interface ViewerSettings extends Resource {
  destination: "all" | { group: Id } | { viewer: Id } | null;
  power: "cec" | "dpms" | "off" | null;
  wake: boolean | null;
  resolution: { width: number; height: number; hertz: number | null } | null;
  /** Per cent. */
  brightness: number | null;
  /** Per cent. */
  loudness: number | null;
  /** Seconds between two screenshots that nobody ordered; 0: never. */
  screenshot_s: number | null;
  /** Whether files are given to and taken from other screens of the local network. */
  share: boolean | null;
  made_by: Id | null;
  made_at: Millis;
}

/** A screenshot that is kept. */
export interface ScreenshotFacts {
  at: Millis;
  bytes: number;
}

export interface Group extends Made {
  name: string;
}

export interface Membership extends Resource {
  group: Id;
  member: { group: Id } | { viewer: Id } | null;
}

export interface PendingDevice {
  device: Id;
  code: string;
  user_agent: string;
  screen: Size & { ratio?: number };
  address: string;
  since: Millis;
  player: "html5" | "native";
  /** Of a native viewer: name of its computer, serial number, output and network cards; empty where it said nothing. */
  hostname: string;
  serial: string;
  output: string;
  macs: string[];
}

export interface MissingMedia {
  hash: string;
  /** Name of the media record, if it is one. */
  name?: string;
  bytes: number;
  why: "quota" | "network" | "not_found" | "corrupt";
}

/** Live values of one viewer. Texts are empty where no session has reported them. */
export interface ViewerStatus {
  viewer: Id;
  online: boolean;
  since: Millis | null;
  seen: Millis | null;
  device: Id | null;
  user_agent?: string;
  plan: { id: string; state: "sent" | "received" | "shown" | "incomplete"; at: Millis } | null;
  shows: { row: Id | null; item: string } | null;
  storage_level: "persistent" | "page" | "";
  storage_quota: number;
  storage_used: number;
  sound: "ok" | "refused" | "unknown" | "";
  offset_ms: number;
  missing: MissingMedia[];
  errors: { code: string; text: string; at: Millis }[];
  /** The machine, as a native viewer tells it. */
  machine?: components["schemas"]["MachineStatus"] | null;
  /** When the newest screenshot came. */
  screenshot_at: Millis | null;
}
