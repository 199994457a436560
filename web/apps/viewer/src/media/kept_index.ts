import { isHash, isNumber, isObject } from "@signboard/model";
import type { Database } from "../store/database.ts";
import type { Kept } from "./shelf.ts";

/** The list of what is kept, in memory and in the database. A file stands in it only once it is whole and verified. */
export class KeptIndex {
  private constructor(private readonly kept: Map<string, Kept>) {}

  static async load(database: Database): Promise<KeptIndex> {
    const kept = new Map<string, Kept>();
    for (const file of await database.all<Kept>("file").catch(() => [])) if (isKept(file)) kept.set(file.hash, file);
    return new KeptIndex(kept);
  }

  has(hash: string): boolean {
    return this.kept.has(hash);
  }

  files(): Kept[] {
    return Array.from(this.kept.values());
  }

  add(file: Kept): void {
    this.kept.set(file.hash, file);
  }

  remove(hash: string): void {
    this.kept.delete(hash);
  }
}

/** Whether an entry of the storage is whole. One that is not counts for nothing: its file is fetched again. */
function isKept(entry: unknown): boolean {
  return isObject(entry) && isHash(entry["hash"]) && isNumber(entry["bytes"], 0, Number.MAX_SAFE_INTEGER) && isNumber(entry["at"], 0, Number.MAX_SAFE_INTEGER);
}
