import type { Moment } from "@signboard/player";
import type { Downloads } from "../media/downloads.ts";
import type { Keeper } from "../plan/keeper.ts";
import type { Journal } from "../plays/journal.ts";
import type { FromViewer, StorageFacts } from "../session/messages.ts";
import type { Faults } from "./faults.ts";

/** Milliseconds between two reports that nothing prompted, and the least between two that something did. */
const REGULAR = 15_000;
const LEAST = 1_000;
/** Play records are sent at most this often. */
const PLAYS = 10_000;

export interface ReportSources {
  send(message: FromViewer): boolean;
  moment(): Moment | null;
  storage(): StorageFacts;
  sound(): string;
  offset(): number;
  framesDropped(): number;
  now(): number;
}

/** Tells the server what goes on here. */
export class Reporter {
  private last = -Infinity;
  private dirty = true;
  private lastPlays = -Infinity;
  private shownPlan: string | null = null;
  private receivedPlan: string | null = null;
  private lastMissing = "";

  constructor(
    private readonly sources: ReportSources,
    private readonly keeper: Keeper,
    private readonly downloads: Downloads,
    private readonly journal: Journal,
    private readonly faults: Faults,
  ) {}

  /** Something changed that the server should know soon. */
  changed(): void {
    this.dirty = true;
  }

  /** A new session: everything is told again. */
  fresh(): void {
    this.dirty = true;
    this.lastPlays = -Infinity;
    this.shownPlan = this.receivedPlan = null;
    this.lastMissing = "";
  }

  /** Call once or twice a second; `steady` is the monotonic time in milliseconds. */
  look(steady: number): void {
    this.plans();
    this.missing();
    if (steady - this.lastPlays >= PLAYS) this.plays(steady);
    if (steady - this.last >= REGULAR || ((this.dirty || this.faults.some) && steady - this.last >= LEAST)) this.status(steady);
  }

  private plans(): void {
    const plan = this.keeper.force;
    if (!plan) return;
    if (this.keeper.complete && this.receivedPlan !== plan.id && this.sources.send({ type: "received", plan: plan.id })) this.receivedPlan = plan.id;
    const moment = this.sources.moment();
    if (moment && moment.plan === plan.id && this.shownPlan !== plan.id) {
      if (this.sources.send({ type: "shown", plan: plan.id, at: Math.round(this.sources.now()) })) this.shownPlan = plan.id;
    }
  }

  private missing(): void {
    const plan = this.keeper.pending || this.keeper.force;
    const missing = this.downloads.missing().map(({ file, why }) => ({ hash: file.hash, bytes: file.bytes, why }));
    if (!plan || missing.length === 0) {
      this.lastMissing = "";
      return;
    }
    const text = JSON.stringify([plan.id, missing]);
    if (text !== this.lastMissing && this.sources.send({ type: "incomplete", plan: plan.id, missing })) this.lastMissing = text;
  }

  private plays(steady: number): void {
    const records = this.journal.batch();
    if (records.length > 0 && this.sources.send({ type: "plays", stream: this.journal.stream, records })) this.lastPlays = steady;
  }

  private status(steady: number): void {
    const moment = this.sources.moment();
    const plan = this.keeper.force;
    this.faults.report((errors) => {
      const sent = this.sources.send({
        type: "status",
        plan: plan && plan.id,
        slot: moment && moment.item ? { row: moment.row, item: moment.item.id } : null,
        storage: this.sources.storage(),
        sound: this.sources.sound(),
        offset_ms: Math.round(this.sources.offset()),
        errors,
        visible: document.visibilityState !== "hidden",
        frames_dropped: this.sources.framesDropped(),
      });
      if (sent) {
        this.last = steady;
        this.dirty = false;
      }
      return sent;
    });
  }
}
