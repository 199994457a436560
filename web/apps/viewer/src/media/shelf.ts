/** A file that is kept. */
export interface Kept {
  hash: string;
  bytes: number;
  /** When it came, Unix milliseconds of this device */
  at: number;
}

/** Where verified files are kept, by hash. */
export interface Shelf {
  /** "host": a native viewer keeps them, outside of the browser. */
  readonly level: "persistent" | "page" | "host";
  has(hash: string): boolean;
  files(): Kept[];
  /** Rejects with the browser's quota error where there is no room. */
  put(hash: string, blob: Blob): Promise<void>;
  remove(hash: string): Promise<void>;
  /** Rejects where it is not kept (any more). */
  read(hash: string): Promise<Blob>;
  /** An address that the page can load it from; each is given back with {@link Shelf.release}. */
  url(hash: string): Promise<string>;
  release(hash: string): void;
}
