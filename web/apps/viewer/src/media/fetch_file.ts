import { request, within } from "../request.ts";
import { Sha256 } from "./sha256.ts";
import { FileError, type Wanted } from "./wanted.ts";

/** A download that says nothing for this long is given up, in milliseconds. */
const STALL = 30_000;
/** Where a browser does not tell how far a download is, it is given up when it is slower than this, in bytes per millisecond. */
const SLOWEST = 8;
/** Pieces are handed to the browser as blobs of about this size, which it may move out of memory. */
const PIECE = 4 * 1024 * 1024;

/** What was got of a file before a download broke. It goes on from there. */
export class Partial {
  sum = new Sha256();
  blobs: Blob[] = [];
  got = 0;
  private fresh: Uint8Array[] = [];
  private freshBytes = 0;

  add(chunk: Uint8Array): void {
    this.sum.update(chunk);
    this.got += chunk.length;
    this.fresh.push(chunk);
    this.freshBytes += chunk.length;
    if (this.freshBytes >= PIECE) this.flush();
  }

  /** Starts from the first byte again. */
  reset(): void {
    this.sum = new Sha256();
    this.blobs = [];
    this.got = 0;
    this.fresh = [];
    this.freshBytes = 0;
  }

  blob(mime: string): Blob {
    this.flush();
    return new Blob(this.blobs, { type: mime });
  }

  private flush(): void {
    if (this.fresh.length > 0) this.blobs.push(new Blob(this.fresh as BlobPart[]));
    this.fresh = [];
    this.freshBytes = 0;
  }
}

/**
 * Downloads and verifies a file: its length and its SHA-256. Throws a {@link FileError}; what was got until then
 * stays in `partial` for the next attempt. `claim` says who asks at a server that is not the page's own.
 */
export async function fetchFile(url: string, wanted: Wanted, partial: Partial, claim: string | null = null): Promise<Blob> {
  const response = await ask(url, partial.got, claim);
  const range = /^bytes (\d+)-/.exec(response.headers.get("Content-Range") || "");
  const from = response.status === 206 && range ? Number(range[1]) : 0;
  if (from !== partial.got) {
    partial.reset();
    if (from > 0) throw new FileError("network", `${url} goes on at byte ${from}, which nobody asked for.`);
  }
  await readAll(response, partial, wanted.bytes);
  if (partial.got < wanted.bytes) throw new FileError("network", `${url} broke off at ${partial.got} of ${wanted.bytes} bytes.`);
  if (partial.got > wanted.bytes) throw new FileError("corrupt", `${url} is longer than ${wanted.bytes} bytes.`);
  const sum = partial.sum.hex();
  if (sum !== wanted.sha256.toLowerCase()) throw new FileError("corrupt", `${url} has the SHA-256 ${sum} and not ${wanted.sha256}.`);
  return partial.blob(wanted.mime);
}

async function ask(url: string, from: number, claim: string | null): Promise<Response> {
  let response: Response;
  const headers: { [name: string]: string } = {};
  if (from > 0) headers["Range"] = `bytes=${from}-`;
  if (claim !== null) headers["Authorization"] = `Bearer ${claim}`;
  try {
    const init: RequestInit = { credentials: claim === null ? "same-origin" : "omit", cache: "no-store", headers };
    response = await request(url, init, STALL, (found) => Promise.resolve(found));
  } catch (error) {
    throw new FileError("network", `${url} cannot be reached: ${(error as Error).message}`);
  }
  if (response.status === 404 || response.status === 410 || response.status === 403 || response.status === 451) {
    throw new FileError("not_found", `${url} answers ${response.status}.`);
  }
  if (response.status === 401) throw new FileError("network", `${url} asks for the device's cookie.`, true);
  if (!response.ok) throw new FileError("network", `${url} answers ${response.status}.`);
  return response;
}

async function readAll(response: Response, partial: Partial, limit: number): Promise<void> {
  try {
    if (!response.body || !response.body.getReader) {
      partial.add(new Uint8Array(await within(STALL + (limit - partial.got) / SLOWEST, response.arrayBuffer())));
      return;
    }
    const reader = response.body.getReader();
    for (;;) {
      const piece = await within(STALL, reader.read()).catch((error) => {
        reader.cancel().catch(() => undefined);
        throw error;
      });
      if (piece.done) return;
      partial.add(piece.value);
      if (partial.got > limit) {
        reader.cancel().catch(() => undefined);
        return;
      }
    }
  } catch (error) {
    throw new FileError("network", `${response.url} broke off: ${(error as Error).message}`);
  }
}
