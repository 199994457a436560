import { FileError } from "../media/wanted.ts";
import type { Kept, Shelf } from "../media/shelf.ts";
import { request } from "../request.ts";

/** A viewer that does not answer within this time hangs, in milliseconds. */
const LIMIT = 30_000;

/** The files of a native viewer: it keeps them itself, verified, and hands them out over loopback. The browser copies nothing. */
export class HostShelf implements Shelf {
  readonly level = "host";
  private missing = new Set<string>();

  constructor(private readonly root: string) {}

  /** The viewer says what it does not have of what the plan needs; all else is there. */
  lacks(hashes: string[]): void {
    this.missing = new Set(hashes);
  }

  has(hash: string): boolean {
    return !this.missing.has(hash);
  }

  files(): Kept[] {
    return [];
  }

  put(hash: string): Promise<void> {
    return Promise.reject(new FileError("not_found", `The file ${hash} is the viewer's own to keep.`));
  }

  remove(_hash: string): Promise<void> {
    return Promise.resolve();
  }

  read(hash: string): Promise<Blob> {
    return this.url(hash).then((address) =>
      request(address, {}, LIMIT, (response) => {
        if (!response.ok) throw new FileError("not_found", `The viewer answers ${response.status} for the file ${hash}.`);
        return response.blob();
      }),
    );
  }

  url(hash: string): Promise<string> {
    if (this.has(hash)) return Promise.resolve(`${this.root}media/${hash}`);
    return Promise.reject(new FileError("not_found", `The file ${hash} is not kept here.`));
  }

  release(_hash: string): void {
    // Addresses cost nothing.
  }
}
