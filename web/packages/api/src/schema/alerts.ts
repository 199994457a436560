/** Alerts and who is told of them. */
import type { components } from "../generated/openapi.ts";
import type { Id, Millis, Resource } from "./cells.ts";
import type { When } from "./schedule.ts";

type Schemas = components["schemas"];

export type AlertKind = Schemas["AlertKind"];
export type Alert = Omit<Schemas["AlertView"], "acknowledged" | "cleared" | "server" | "viewer"> & {
  /** Who looks after it. */
  acknowledged: Schemas["Acknowledged"] | null;
  cleared: Millis | null;
  /** Without a screen: the server that it is about, null if there is only one. With a screen: its server, which is silent. */
  server: { id: Id; name: string } | null;
  viewer: { id: Id; name: string } | null;
};
export type Delivery = Schemas["Delivery"];
export type Downloads = Schemas["Downloads"];
export type AlertRules = Schemas["AlertRules"] & Resource;

/** In the order in which people look for them. */
export const ALERT_KINDS: AlertKind[] = ["offline", "black", "frozen", "content", "disk", "clock", "certificate", "spoilt"];

/** Somebody who is told of alerts. */
export interface Recipient extends Resource {
  name: string;
  address: { mail: string } | { webhook: string } | null;
  paused: boolean;
  /** None: all. */
  kinds: AlertKind[];
  destination: "all" | { group: Id } | { viewer: Id } | null;
  /** Can be written and is never shown. */
  key?: string;
  has_key: boolean;
  made_by: Id | null;
  made_at: Millis;
}

/** The account from which mail is sent. */
export interface MailAccount extends Resource {
  host: string;
  port: number | null;
  security: "starttls" | "tls" | "none";
  authority: string;
  user: string;
  /** Can be written and is never shown. */
  password?: string | null;
  has_password: boolean;
  sender: string;
}

/** A part of the time in which screens should be on. */
export interface OnHours extends Resource {
  destination: Recipient["destination"];
  when: When;
  made_by: Id | null;
  made_at: Millis;
}

/** Limits for the downloads of some screens; what is null counts as elsewhere. */
export interface DownloadRule extends Resource {
  destination: Recipient["destination"];
  /** 0: unlimited. */
  bytes_per_second: number | null;
  at_once: number | null;
  hours: "always" | { daily: { start: string; end: string } } | null;
  /** Only in the rule for all. */
  all_bytes_per_second: number | null;
  made_by: Id | null;
  made_at: Millis;
}
