import { readPlan, type Plan } from "@signboard/model";
import type { Downloads } from "../media/downloads.ts";
import { removable } from "../media/room.ts";
import type { Shelf } from "../media/shelf.ts";
import { isFull, type Wanted } from "../media/wanted.ts";
import type { Database } from "../store/database.ts";
import type { Library } from "./library.ts";
import { hashesAhead, hashesOf, needsInOrder, pressing, slotIsLocal } from "./needs.ts";

export interface KeeperListener {
  /** A plan is in force, or more of it is local than before. */
  play(plan: Plan, urgent: boolean): void;
}

interface Stored {
  plan: Plan;
}

/** A slot that ends so soon is over for what is fetched and kept: the clocks of server and screen differ by a little. */
const SOON_MS = 250;

/** What plays, and what is to follow. */
export type KeptPlans = [Plan | null, Plan | null];

/** What an earlier page left. A storage may hand out less than was put in: what is no plan any more is none, and the server sends it again. */
export function keptPlans(database: Database): Promise<KeptPlans> {
  const stored = (key: string) =>
    database.read<Stored>("plan", key).then(
      (found) => readPlan(found && found.plan),
      () => null,
    );
  return Promise.all([stored("force"), stored("pending")]);
}

/** Decides which plan is in force, and keeps what it needs. */
export class Keeper {
  /** What plays. */
  force: Plan | null = null;
  /** What is to play once it is complete. */
  pending: Plan | null = null;
  /** Whether all of the plan in force is local. */
  complete = false;
  private downloads: Downloads | null = null;

  constructor(
    private readonly database: Database,
    private readonly shelf: Shelf,
    private readonly library: Library,
    private readonly now: () => number,
    private readonly listener: KeeperListener,
  ) {}

  attach(downloads: Downloads): void {
    this.downloads = downloads;
  }

  /** Takes up what an earlier page left. */
  async restore(plans: KeptPlans): Promise<void> {
    [this.force, this.pending] = plans;
    await this.holdBodies();
    if (this.force) {
      this.listener.play(this.force, false);
    }
    await this.look(true);
  }

  /** A plan came from the server. */
  async take(plan: Plan): Promise<void> {
    const waited = this.pending;
    if (this.force && this.force.id === plan.id) {
      // The server sends what is in force: whatever was pending is out of date.
      this.pending = null;
      await this.database.write([{ table: "plan", key: "pending" }]).catch(() => undefined);
      if (plan.urgent && waited) await this.discard(waited, plan);
      return this.look(true);
    }
    this.pending = plan;
    // What is taken down must not wait for any storage.
    if (plan.urgent) return this.activate(true, waited);
    await this.database.write([{ table: "plan", key: "pending", value: { plan } }]).catch(() => undefined);
    await this.holdBodies();
    await this.look(true);
  }

  /** A file of a plan is local now. */
  async arrived(file: Wanted): Promise<void> {
    if (file.mime === "application/json") await this.library.load(file.hash).catch(() => undefined);
    const force = this.complete ? null : this.force;
    await this.look(false);
    if (force && force === this.force && hashesOf(force).has(file.hash)) this.listener.play(force, false);
  }

  /** The shelf has other files than before, without any having come through here. */
  async restocked(): Promise<void> {
    const force = this.complete ? null : this.force;
    await this.holdBodies();
    await this.look(true);
    if (force && force === this.force) this.listener.play(force, false);
  }

  /** Keeps a verified file, making room by what no plan needs, the oldest first. */
  async put(file: Wanted, blob: Blob): Promise<void> {
    // It may have been taken down while it was on its way.
    if (!this.needed().has(file.hash)) return;
    for (;;) {
      try {
        return await this.shelf.put(file.hash, blob);
      } catch (error) {
        if (!isFull(error)) throw error;
        const victim = removable(this.shelf.files(), this.needed())[0];
        if (!victim) throw error;
        await this.shelf.remove(victim.hash);
      }
    }
  }

  /** Leaves nothing. */
  async clear(): Promise<void> {
    this.force = this.pending = null;
    if (this.downloads) this.downloads.want([], true);
    await this.database.write([
      { table: "plan", key: "force" },
      { table: "plan", key: "pending" },
    ]);
    for (const file of this.shelf.files()) await this.shelf.remove(file.hash);
  }

  /** Another slot may have begun: what was needed later is needed now. */
  turned(): void {
    if (!this.complete) this.want(false);
  }

  /** Retries what failed, such as when the server can be reached again. */
  retry(): Promise<void> {
    return this.look(true);
  }

  private async look(fresh: boolean): Promise<void> {
    const pending = this.pending;
    if (pending && (this.isLocal(pending) || (!this.force && slotIsLocal(pending, this.now(), (hash) => this.shelf.has(hash), this.library.body)))) {
      return this.activate(false);
    }
    this.want(fresh);
    this.acknowledge();
  }

  /** Puts what is pending in force; `waited` was to follow before it. */
  private async activate(urgent: boolean, waited: Plan | null = null): Promise<void> {
    const plan = this.pending as Plan;
    const before = this.force;
    this.force = plan;
    this.pending = null;
    this.complete = false;
    this.listener.play(plan, urgent);
    await this.database
      .write([
        { table: "plan", key: "force", value: { plan } },
        { table: "plan", key: "pending" },
      ])
      .catch(() => undefined);
    if (this.force !== plan) return;
    await this.holdBodies();
    if (this.force !== plan) return;
    if (urgent) for (const old of [before, waited]) if (old) await this.discard(old, plan);
    if (this.force !== plan) return;
    this.listener.play(plan, false);
    this.want(true);
    this.acknowledge();
  }

  /** What was taken down leaves the caches too. */
  private async discard(before: Plan, after: Plan): Promise<void> {
    const still = this.ahead(after, SOON_MS);
    for (const hash of Array.from(hashesOf(before))) if (!still.has(hash) && this.shelf.has(hash)) await this.shelf.remove(hash).catch(() => undefined);
  }

  private acknowledge(): void {
    if (this.force && !this.complete) this.complete = this.isLocal(this.force);
  }

  private want(fresh: boolean): void {
    if (!this.downloads) return;
    const list: Wanted[] = [];
    const seen = new Set<string>();
    // A plan in force that is not whole goes before the one that is to follow.
    for (const plan of [this.force, this.pending]) {
      if (!plan) continue;
      // What should stand on the screen at this moment presses where nothing whole does: in force, or without anything in force.
      const presses = pressing(plan, this.now(), plan === this.force || !this.force, this.library.body);
      for (const file of needsInOrder(plan, this.now() + SOON_MS, this.library.body)) {
        if (seen.has(file.hash) || this.shelf.has(file.hash)) continue;
        seen.add(file.hash);
        list.push(presses.has(file.hash) ? Object.assign(file, { pressing: true }) : file);
      }
    }
    // An emergency that is to follow goes before the rest of what plays.
    const isPressing = (file: Wanted) => file.pressing === true;
    this.downloads.want(list.filter(isPressing).concat(list.filter((file) => !isPressing(file))), fresh);
  }

  private needed(): Set<string> {
    const hashes = this.force ? this.ahead(this.force) : new Set<string>();
    if (this.pending) this.ahead(this.pending).forEach((hash) => hashes.add(hash));
    return hashes;
  }

  private isLocal(plan: Plan): boolean {
    return Array.from(this.ahead(plan, SOON_MS)).every((hash) => this.shelf.has(hash) && (!plan.bodies[hash] || this.library.settled(hash)));
  }

  private ahead(plan: Plan, margin = 0): Set<string> {
    return hashesAhead(plan, this.now() + margin, this.library.body);
  }

  private holdBodies(): Promise<void> {
    const hashes = new Set<string>();
    for (const plan of [this.force, this.pending]) if (plan) Object.keys(plan.bodies).forEach((hash) => hashes.add(hash));
    return this.library.hold(Array.from(hashes));
  }
}
