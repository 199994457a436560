/** What tabs and the holder of the event stream say to each other. */

export interface ChangeEvent {
  kind: string;
  id: string;
  dot: string;
  author: string | null;
  action: "insert" | "update" | "delete";
}

export interface LiveEvent {
  viewers?: string[];
  uploads?: string[];
  tasks?: string[];
  pending?: boolean;
  alerts?: boolean;
}

export type StreamEvent =
  | { type: "change"; change: ChangeEvent }
  | { type: "live"; live: LiveEvent }
  /** Events were lost: what is shown must be fetched anew. */
  | { type: "resync" }
  | { type: "state"; connected: boolean };
