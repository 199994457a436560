import { TABLES, type Change, type Database, type Key, type Table } from "./database.ts";

/** IndexedDB (W3C Indexed Database API 2.0). Rejects where the browser has none or forbids it. */
export function openIndexed(name: string): Promise<Database> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, 1);
    // A window that never answers (seen where storage is broken) must not keep the screen dark.
    const late = setTimeout(() => reject(new Error("The browser's database does not open.")), 5_000);
    opening.onupgradeneeded = () => {
      for (const table of TABLES) opening.result.createObjectStore(table);
    };
    opening.onerror = () => {
      clearTimeout(late);
      reject(opening.error || new Error("The browser's database cannot be opened."));
    };
    opening.onsuccess = () => {
      clearTimeout(late);
      resolve(new Indexed(opening.result));
    };
  });
}

class Indexed implements Database {
  readonly lasting = true;

  constructor(private readonly base: IDBDatabase) {
    base.onversionchange = () => base.close();
  }

  read<T>(table: Table, key: Key): Promise<T | undefined> {
    return answer(this.base.transaction(table, "readonly").objectStore(table).get(key)) as Promise<T | undefined>;
  }

  all<T>(table: Table): Promise<T[]> {
    return answer(this.base.transaction(table, "readonly").objectStore(table).getAll()) as Promise<T[]>;
  }

  write(changes: Change[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const tables = TABLES.filter((table) => changes.some((change) => change.table === table));
      if (tables.length === 0) return resolve();
      const transaction = this.base.transaction(tables, "readwrite");
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error || new Error("The browser's database gave up."));
      for (const { table, key, value } of changes) {
        const store = transaction.objectStore(table);
        if (value === undefined) store.delete(key);
        else store.put(value, key);
      }
    });
  }
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
