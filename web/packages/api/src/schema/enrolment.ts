/** How native viewers come to their places without a person at each. */
import type { Id, Millis, Resource } from "./cells.ts";

export interface Enrolment {
  by_list: boolean;
  automatic: boolean;
  has_password: boolean;
  /** SHA-256 of the device authority's certificate, 64 hexadecimal digits. */
  fingerprint: string;
  control_port: number;
}

/** What a machine brings to be approved without a person. */
export interface EnrolmentToken extends Resource {
  name: string;
  viewer: Id | null;
  group: Id | null;
  uses: number;
  used: number;
  made_by: Id | null;
  made_at: Millis;
  expires_at: Millis | null;
}

/** A machine that is expected. */
export interface ExpectedDevice extends Resource {
  serial: string;
  mac: string | null;
  name: string;
  group: Id | null;
  /** The device that came. */
  device: Id | null;
  made_by: Id | null;
  made_at: Millis;
}

/** One line of a list of expected machines. */
export interface ExpectedLine {
  serial: string;
  mac: string;
  name: string;
  group: string;
}
