import { readBody, type Body } from "@signboard/model";
import type { Shelf } from "../media/shelf.ts";

/** The bodies that are local, read and ready: the player asks for them at every moment. */
export class Library {
  private readonly bodies = new Map<string, Body>();
  private readonly broken = new Set<string>();

  constructor(private readonly shelf: Shelf) {}

  readonly body = (hash: string): Body | null => this.bodies.get(hash) || null;

  /** Whether no more can be had of a body: it is read, or it is none and its items are skipped. */
  settled(hash: string): boolean {
    return this.bodies.has(hash) || this.broken.has(hash);
  }

  /** Reads those of the named bodies that are kept and forgets all others. */
  async hold(hashes: string[]): Promise<void> {
    const wanted = new Set(hashes);
    for (const hash of Array.from(this.bodies.keys())) if (!wanted.has(hash)) this.bodies.delete(hash);
    await Promise.all(hashes.map((hash) => this.load(hash).catch(() => undefined)));
  }

  async load(hash: string): Promise<void> {
    if (this.settled(hash) || !this.shelf.has(hash)) return;
    const text = await new Response(await this.shelf.read(hash)).text();
    const body = bodyIn(text);
    if (body) {
      this.bodies.set(hash, body);
      return;
    }
    this.broken.add(hash);
    throw new Error(`The body ${hash} is none: it has no JSON, no canvas or no pages.`);
  }
}

function bodyIn(text: string): Body | null {
  try {
    return readBody(JSON.parse(text));
  } catch (unreadable) {
    return null;
  }
}
