import type { Database } from "../store/database.ts";
import { BlobAddresses } from "./blob_addresses.ts";
import { KeptIndex } from "./kept_index.ts";
import type { Kept, Shelf } from "./shelf.ts";

/** Files as blobs in the database: what a page without service worker has. */
export class BlobShelf implements Shelf {
  readonly level = "page";
  private readonly addresses = new BlobAddresses((hash) => this.read(hash));

  private constructor(
    private readonly database: Database,
    private readonly index: KeptIndex,
  ) {}

  static async open(database: Database): Promise<BlobShelf> {
    return new BlobShelf(database, await KeptIndex.load(database));
  }

  has(hash: string): boolean {
    return this.index.has(hash);
  }

  files(): Kept[] {
    return this.index.files();
  }

  async put(hash: string, blob: Blob): Promise<void> {
    const file = { hash, bytes: blob.size, at: Date.now() };
    await this.database.write([
      { table: "blob", key: hash, value: blob },
      { table: "file", key: hash, value: file },
    ]);
    this.index.add(file);
  }

  async remove(hash: string): Promise<void> {
    this.index.remove(hash);
    await this.database.write([
      { table: "blob", key: hash },
      { table: "file", key: hash },
    ]);
  }

  async read(hash: string): Promise<Blob> {
    const blob = await this.database.read<Blob>("blob", hash);
    if (blob) return blob;
    this.index.remove(hash);
    throw new Error(`The file ${hash} is not kept here any more.`);
  }

  url(hash: string): Promise<string> {
    return this.addresses.url(hash);
  }

  release(hash: string): void {
    this.addresses.release(hash);
  }
}
