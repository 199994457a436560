/** What people should look at because servers that could not hear each other let it come about. */
import type { Id, Millis } from "./cells.ts";

export type NoticeWhat = "concurrent_edit" | "edit_lost_to_delete" | "target_gone" | "two_names";

/** By whom a change was made, when, and on which server. */
export interface MadeBy {
  /** Empty: the server itself, or somebody who is gone. */
  by: string;
  at: Millis;
  server: string;
}

export interface Notice {
  id: Id;
  what: NoticeWhat;
  /** Kind of the document, such as `viewer`. */
  kind: string;
  document: Id;
  /** Its name; empty if its kind has none, null: it is gone. */
  name: string | null;
  /** The member. */
  cell: string;
  loser: string;
  /** The value that did not stand; for two names the one by which the younger is told apart. */
  value: unknown;
  made: MadeBy | null;
  current: unknown;
  current_made: MadeBy | null;
  /** Whether the other value can be put back. */
  takable: boolean;
  at: Millis;
  resolved_at: Millis | null;
  /** None: it settled by itself. */
  resolved_by: Id | null;
}
