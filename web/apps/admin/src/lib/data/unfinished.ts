/** Remembers uploads that are under way, in IndexedDB, so that they can go on after the page was left. Where there is none, nothing is remembered. */
import type { Id } from "@signboard/api";
import type { Handle } from "./chosen.ts";

export interface Unfinished {
  /** Where the server takes the rest. */
  url: string;
  name: string;
  /** Size and last change tell whether a file is the same one. */
  bytes: number;
  modified: number;
  folder: Id | null;
  handle: Handle | null;
  /** The tab that sends or sent it; a reload keeps it. */
  tab: string;
  /** When that tab last sent some of it, Unix milliseconds. */
  at: number;
}

const NAME = "signboard-uploads";
const STORE = "unfinished";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "url" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB is not to be had"));
  });
}

async function work<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  try {
    const database = await open();
    return await new Promise<T>((resolve, reject) => {
      const request = act(database.transaction(STORE, mode).objectStore(STORE));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error("IndexedDB failed"));
      request.transaction?.addEventListener("complete", () => database.close());
    });
  } catch {
    return undefined;
  }
}

export const remember = (one: Unfinished): Promise<unknown> => work("readwrite", (store) => store.put(one));
export const forgetUpload = (url: string): Promise<unknown> => work("readwrite", (store) => store.delete(url));
export const remembered = async (): Promise<Unfinished[]> => (await work<Unfinished[]>("readonly", (store) => store.getAll())) ?? [];

/** This tab's own name, the same after a reload. */
export function tabName(): string {
  const known = sessionStorage.getItem("signboard-tab");
  if (known) return known;
  const made = `${Date.now()}-${Math.random()}`;
  sessionStorage.setItem("signboard-tab", made);
  return made;
}

/** Whether a file is the one that an upload was cut off from. */
export function isSame(file: { name: string; size: number; lastModified: number }, one: Pick<Unfinished, "name" | "bytes" | "modified">): boolean {
  return file.name === one.name && file.size === one.bytes && file.lastModified === one.modified;
}

/** Longer than any pause between two parts: who was silent for so long sends no more. */
const SILENT_MS = 30_000;

/** Whether nobody sends it any more, as seen from a tab: its own were cut off by the reload, those of others when they fell silent. */
export function isLeft(one: Pick<Unfinished, "tab" | "at">, tab: string, now: number): boolean {
  return one.tab === tab || now - one.at > SILENT_MS;
}
