import type { Change, Database, Key, Table } from "./database.ts";

/** Where the browser keeps nothing: lost with the page. */
export class Memory implements Database {
  readonly lasting = false;
  private readonly tables: { [table: string]: Map<Key, unknown> } = {};

  read<T>(table: Table, key: Key): Promise<T | undefined> {
    return Promise.resolve(this.table(table).get(key) as T | undefined);
  }

  all<T>(table: Table): Promise<T[]> {
    const keys = Array.from(this.table(table).keys()).sort((a, b) => (a < b ? -1 : 1));
    return Promise.resolve(keys.map((key) => this.table(table).get(key) as T));
  }

  write(changes: Change[]): Promise<void> {
    for (const { table, key, value } of changes) {
      if (value === undefined) this.table(table).delete(key);
      else this.table(table).set(key, value);
    }
    return Promise.resolve();
  }

  private table(name: Table): Map<Key, unknown> {
    return this.tables[name] || (this.tables[name] = new Map());
  }
}
