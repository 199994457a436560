/** The network as the server sees it, and waking. The shapes are those of the server's own description. */
import type { components } from "../generated/openapi.ts";
import type { Id, Millis, Resource } from "./cells.ts";

type Schemas = components["schemas"];

export type NetworkView = Schemas["NetworkView"];
export type PortView = Schemas["PortView"];
export type Finding = Schemas["Finding"];
export type InterfaceView = Schemas["InterfaceView"];
export type DiscoveryView = Schemas["DiscoveryView"];
export type TimeView = Schemas["TimeView"];
export type TimeSourceView = Schemas["TimeSourceView"];
export type CardLine = Schemas["CardLine"];
export type CardsTaken = Schemas["CardsTaken"];
export type Waking = Schemas["Waking"];

/** A network card by which a screen is woken. */
export interface NetworkCard extends Resource {
  viewer: Id | null;
  /** Lower case with colons, such as `00:11:22:aa:bb:cc`. */
  mac: string;
  /** Its SecureOn password: can be written and is never shown. */
  secure_on?: string;
  /** Whether it has a SecureOn password. */
  has_secure_on: boolean;
  /** None where the screen reported it. */
  made_by: Id | null;
  made_at: Millis;
}
