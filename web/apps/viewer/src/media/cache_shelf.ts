import type { Database } from "../store/database.ts";
import { BlobAddresses } from "./blob_addresses.ts";
import { KeptIndex } from "./kept_index.ts";
import type { Kept, Shelf } from "./shelf.ts";

/** The cache that the service worker serves `/media/` from; it knows the name too. */
export const MEDIA_CACHE = "signboard-media";

/** Files in the Cache API, served by the service worker: they outlive reload and power-off. */
export class CacheShelf implements Shelf {
  readonly level = "persistent";
  private readonly addresses = new BlobAddresses((hash) => this.read(hash));

  private constructor(
    private readonly root: string,
    private readonly cache: Cache,
    private readonly database: Database,
    private readonly index: KeptIndex,
  ) {}

  static async open(root: string, database: Database): Promise<CacheShelf> {
    const held = caches.open(MEDIA_CACHE).then((cache) => cache.keys().then((requests) => ({ cache, requests })));
    const [{ cache, requests }, index] = await Promise.all([held, KeptIndex.load(database)]);
    // Browsers clear caches and databases separately.
    const there = new Set(requests.map((request) => request.url.replace(/^.*\//, "")));
    for (const file of index.files()) if (!there.has(file.hash)) index.remove(file.hash);
    return new CacheShelf(root, cache, database, index);
  }

  has(hash: string): boolean {
    return this.index.has(hash);
  }

  files(): Kept[] {
    return this.index.files();
  }

  async put(hash: string, blob: Blob): Promise<void> {
    const headers = { "Content-Type": blob.type || "application/octet-stream", "Content-Length": String(blob.size) };
    await this.cache.put(this.address(hash), new Response(blob, { headers }));
    const file = { hash, bytes: blob.size, at: Date.now() };
    await this.database.write([{ table: "file", key: hash, value: file }]);
    this.index.add(file);
  }

  async remove(hash: string): Promise<void> {
    this.index.remove(hash);
    await this.database.write([{ table: "file", key: hash }]);
    await this.cache.delete(this.address(hash));
  }

  async read(hash: string): Promise<Blob> {
    const response = await this.cache.match(this.address(hash));
    if (response) return response.blob();
    this.index.remove(hash);
    throw new Error(`The file ${hash} is not kept here any more.`);
  }

  url(hash: string): Promise<string> {
    // A page loaded with Shift is not under the worker's control.
    if (!navigator.serviceWorker.controller) return this.addresses.url(hash);
    if (this.index.has(hash)) return Promise.resolve(this.address(hash));
    return Promise.reject(new Error(`The file ${hash} is not kept here.`));
  }

  release(hash: string): void {
    this.addresses.release(hash);
  }

  private address(hash: string): string {
    return `${this.root}media/${hash}`;
  }
}
