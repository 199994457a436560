/** The tables of the player's own database. */
export const TABLES = ["setting", "plan", "file", "blob", "play"] as const;
export type Table = (typeof TABLES)[number];
export type Key = string | number;

/** One change of a {@link Database.write}; without `value` the key is removed. */
export interface Change {
  table: Table;
  key: Key;
  value?: unknown;
}

/** A small store of keys and values. Whether it outlives the page is told by `lasting`. */
export interface Database {
  readonly lasting: boolean;
  read<T>(table: Table, key: Key): Promise<T | undefined>;
  /** All values, in the order of their keys. */
  all<T>(table: Table): Promise<T[]>;
  /** Does all or nothing. Rejects with a `QuotaExceededError` where there is no room. */
  write(changes: Change[]): Promise<void>;
}
