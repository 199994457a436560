import { Partial } from "./fetch_file.ts";
import { closedFor, parallel, type Limits } from "./limits.ts";
import { FileError, isFull, type Wanted, type Why } from "./wanted.ts";

/** A corrupt or unreachable file is called missing after so many attempts. */
const PATIENCE = 3;

/** How long to wait after a failure, in milliseconds. A full store is looked at again when the plan changes, or much later. */
export function pause(why: Why, failures: number): number {
  switch (why) {
    case "quota":
      return 600_000;
    case "not_found":
      return Math.min(60_000, 5_000 * failures);
    default:
      return Math.min(60_000, 1_000 * Math.pow(2, Math.min(failures - 1, 6)));
  }
}

interface Trouble {
  why: Why;
  failures: number;
  until: number;
}

export interface DownloadPorts {
  has(hash: string): boolean;
  fetch(wanted: Wanted, partial: Partial): Promise<Blob>;
  /** Keeps a verified file; rejects with a quota error when there is no room even after making some. */
  put(wanted: Wanted, blob: Blob): Promise<void>;
  now(): number;
  /** Milliseconds since midnight where the screen is. */
  timeOfDay(): number;
  later(ms: number, then: () => void): void;
  arrived(wanted: Wanted): void;
  /** What is missing or why changed. */
  troubled(): void;
}

/** Gets files in the order in which they are needed, within the limits that the server sets. */
export class Downloads {
  private wanted: Wanted[] = [];
  /** What is on its way, and whether it is pressing. */
  private readonly running = new Map<string, boolean>();
  private readonly troubles = new Map<string, Trouble>();
  private readonly partials = new Map<string, Partial>();
  private waking = Infinity;

  constructor(
    private readonly ports: DownloadPorts,
    private limits: Limits,
  ) {}

  /** Other limits hold for whatever begins from now on. */
  limit(limits: Limits): void {
    this.limits = limits;
    this.pump();
  }

  /** Replaces the list. `fresh` forgets earlier failures, such as when a plan or the connection is new. */
  want(list: Wanted[], fresh: boolean): void {
    this.wanted = list;
    const hashes = new Set(list.map((file) => file.hash));
    for (const hash of Array.from(this.troubles.keys())) if (fresh || !hashes.has(hash)) this.troubles.delete(hash);
    for (const hash of Array.from(this.partials.keys())) if (!hashes.has(hash)) this.partials.delete(hash);
    this.pump();
  }

  /** The files of the list that could not be had, after due patience. */
  missing(): { file: Wanted; why: Why }[] {
    const found: { file: Wanted; why: Why }[] = [];
    for (const file of this.wanted) {
      const trouble = this.troubles.get(file.hash);
      if (!trouble || this.ports.has(file.hash)) continue;
      const lasting = trouble.why === "quota" || trouble.why === "not_found" || trouble.failures >= PATIENCE;
      if (lasting) found.push({ file, why: trouble.why });
    }
    return found;
  }

  private pump(): void {
    const now = this.ports.now();
    const closed = closedFor(this.limits.hours, this.ports.timeOfDay());
    let next = Infinity;
    for (const file of this.wanted) {
      if (!this.hasPlace(file)) continue;
      if (this.ports.has(file.hash) || this.running.has(file.hash)) continue;
      const trouble = this.troubles.get(file.hash);
      const wait = Math.max(trouble ? trouble.until - now : 0, file.pressing ? 0 : closed);
      if (wait > 0) {
        next = Math.min(next, now + wait);
        continue;
      }
      this.run(file);
    }
    if (next < this.waking || this.waking <= now) {
      this.waking = next;
      if (next < Infinity) this.ports.later(next - now + 1, () => this.pump());
    }
  }

  /** What presses does not stand behind what does not. */
  private hasPlace(file: Wanted): boolean {
    const before = Array.from(this.running.values()).filter((pressing) => pressing || !file.pressing);
    return before.length < parallel(this.limits);
  }

  private run(file: Wanted): void {
    this.running.set(file.hash, file.pressing === true);
    const partial = this.partials.get(file.hash) || new Partial();
    this.partials.set(file.hash, partial);
    this.ports
      .fetch(file, partial)
      .then((blob) => this.ports.put(file, blob))
      .then(
        () => {
          this.done(file);
          this.troubles.delete(file.hash);
          this.partials.delete(file.hash);
          this.ports.arrived(file);
        },
        (error) => {
          this.done(file);
          this.failed(file, isFull(error) ? "quota" : error instanceof FileError ? error.why : "network");
        },
      )
      .then(() => this.pump());
  }

  private done(file: Wanted): void {
    this.running.delete(file.hash);
  }

  private failed(file: Wanted, why: Why): void {
    // Only an interrupted download goes on where it broke off.
    if (why !== "network") this.partials.delete(file.hash);
    const before = this.troubles.get(file.hash);
    const failures = before && before.why === why ? before.failures + 1 : 1;
    this.troubles.set(file.hash, { why, failures, until: this.ports.now() + pause(why, failures) });
    this.ports.troubled();
  }
}
