/** Values that members of several nouns share. Civil times are `2026-11-22T07:00:00` without offset; other times Unix milliseconds. */

export type { Transition } from "@signboard/model";

export type Id = string;
export type Millis = number;
export type Civil = string;

export type Content = { media: Id } | { playlist: Id } | { presentation: Id } | { revision: Id };
export type Destination = "all" | { group: Id } | { viewer: Id };
export type Role = "observer" | "editor" | "administrator";
export type Scope = "all" | "nowhere" | { folder: Id } | { group: Id };

export interface Size {
  width: number;
  height: number;
}

export interface Validity {
  from: Civil | null;
  until: Civil | null;
  zone: string | null;
}

/** What every resource has. */
export interface Resource {
  id: Id;
  version: string;
}

/** What every resource has that somebody made and somebody can put into the trash. */
export interface Made extends Resource {
  made_by: Id | null;
  made_at: Millis;
  trashed_at: Millis | null;
}

export interface Page<T> {
  items: T[];
  next: string | null;
  total: number;
}

/** The one key of a content or destination, and its id. */
export function contentOf(content: Content): { kind: "media" | "playlist" | "presentation" | "revision"; id: Id } {
  const [kind, id] = Object.entries(content)[0] as ["media" | "playlist" | "presentation" | "revision", Id];
  return { kind, id };
}
