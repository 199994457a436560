import type { Database } from "./database.ts";
import { openIndexed } from "./indexed.ts";
import { Memory } from "./memory.ts";

/** The browser's database, or memory where it has none. Never rejects. */
export function openDatabase(name: string): Promise<Database> {
  if (typeof indexedDB === "undefined" || !indexedDB) return Promise.resolve(new Memory());
  try {
    return openIndexed(name).catch(() => new Memory());
  } catch (forbidden) {
    return Promise.resolve(new Memory());
  }
}
