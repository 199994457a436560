/** Uploads of the mock by tus 1.0: creation, patches, and what became of them. */
import { randomUUID } from "node:crypto";
import { type Exchange, Refusal } from "./exchange.ts";
import { defaults, type Store } from "./store.ts";

interface Upload {
  length: number;
  parts: Buffer[];
  received: number;
  names: Record<string, string>;
  media: string | null;
  error: { code: string; message: string } | null;
}

const ALLOWED: Record<string, string> = { jpg: "image/jpeg", jpeg: "image/jpeg", png: "image/png", webp: "image/webp", svg: "image/svg+xml", mp4: "video/mp4", webm: "video/webm" };
const TUS = { "Tus-Resumable": "1.0.0" };

export class Uploads {
  readonly #uploads = new Map<string, Upload>();
  readonly #store: Store;
  /** Milliseconds to wait before each patch is answered, so that progress can be seen. */
  delay = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Bytes that came of the upload of this name. */
  received(name: string): number {
    return this.#named(name)[0]?.received ?? 0;
  }

  /** How many uploads of this name were begun. */
  begun(name: string): number {
    return this.#named(name).length;
  }

  #named(name: string): Upload[] {
    return [...this.#uploads.values()].filter((one) => one.names.filename === name);
  }

  async handle(exchange: Exchange, user: string): Promise<void> {
    const [, id] = exchange.path;
    if (exchange.method === "POST" && !id) return this.#begin(exchange);
    const upload = id ? this.#uploads.get(id) : undefined;
    if (!upload || !id) throw new Refusal(404, "not_found", "There is no such upload.");
    if (exchange.method === "HEAD") return exchange.send(200, undefined, { ...TUS, "Upload-Offset": String(upload.received), "Upload-Length": String(upload.length) });
    if (exchange.method === "DELETE") {
      this.#uploads.delete(id);
      return exchange.send(204, undefined, TUS);
    }
    if (exchange.method === "GET") {
      const state = upload.error ? "refused" : upload.media ? "done" : upload.received < upload.length ? "receiving" : "checking";
      return exchange.send(200, { state, received: upload.received, length: upload.length, media: upload.media, error: upload.error });
    }
    if (Number(exchange.header("upload-offset")) !== upload.received) throw new Refusal(409, "upload.offset", "The offset is not where the upload stands.");
    const bytes = await exchange.bytes();
    await new Promise((resolve) => setTimeout(resolve, this.delay));
    upload.parts.push(bytes);
    upload.received += bytes.length;
    exchange.send(204, undefined, { ...TUS, "Upload-Offset": String(upload.received) });
    if (upload.received >= upload.length) setTimeout(() => this.#check(id, upload, user), 150);
  }

  #begin(exchange: Exchange): void {
    const pairs = exchange.header("upload-metadata").split(",").map((pair) => pair.trim().split(" "));
    const names = Object.fromEntries(pairs.map(([name = "", value = ""]) => [name, Buffer.from(value, "base64").toString()]));
    const id = randomUUID();
    this.#uploads.set(id, { length: Number(exchange.header("upload-length")), parts: [], received: 0, names, media: null, error: null });
    exchange.send(201, undefined, { ...TUS, Location: `/api/v1/uploads/${id}` });
  }

  #check(id: string, upload: Upload, user: string): void {
    const name = upload.names.filename ?? "file";
    const mime = ALLOWED[name.slice(name.lastIndexOf(".") + 1).toLowerCase()];
    if (!mime) upload.error = { code: "media_type", message: `${name} is neither a picture nor a film that Signboard knows.` };
    else {
      const bytes = Buffer.concat(upload.parts);
      const duration = mime.startsWith("video") ? 12_000 : 0;
      const doc = this.#store.put("media", { ...defaults("media", user), name: upload.names.name || name, folder: upload.names.folder || null, mime, bytes: bytes.length, hash: id, duration_ms: duration });
      this.#store.files.set(doc.id, { bytes, mime });
      upload.media = doc.id;
    }
    this.#store.live({ uploads: [id] });
  }
}
