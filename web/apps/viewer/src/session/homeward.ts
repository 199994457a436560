import type { Roads } from "./roads.ts";

/** How long, in milliseconds. */
interface Times {
  /** for which the screen's own server must have been well */
  after: number;
  /** over which the returns of many screens are spread */
  within: number;
}

/** Until a server says otherwise. */
const USUAL: Times = { after: 300_000, within: 600_000 };
/** Somebody moved the screen. */
const MOVED: Times = { after: 0, within: 5_000 };
/** Between two looks, in milliseconds; more often where the return comes sooner. */
const PAUSE = 30_000;

/** The way back to the server to which the screen belongs, while another one serves it. */
export class Homeward {
  private usual = USUAL;
  private times = USUAL;
  private asked = 0;
  private asking = false;
  private wellSince: number | null = null;
  private goAt: number | null = null;

  constructor(
    private readonly roads: Pick<Roads, "home">,
    /** Whether the server there would take this screen, and knows all that the plan in force was made from; false too where it is out of reach. */
    private readonly isWell: (root: string) => Promise<boolean>,
    private readonly go: () => void,
    private readonly chance: () => number = Math.random,
  ) {}

  /** A server says how long it is to be waited, in seconds; one that says nothing leaves it as it is. */
  pace(after?: number, within?: number): void {
    const before = this.usual;
    this.usual = { after: after === undefined ? before.after : after * 1_000, within: within === undefined ? before.within : within * 1_000 };
    if (this.times === before) this.times = this.usual;
  }

  /** The screen belongs to another server from now on. */
  moved(): void {
    this.rest();
    this.times = MOVED;
  }

  /** Call this every now and then while there is a session; `now` in milliseconds. */
  look(now: number): void {
    const home = this.roads.home;
    if (home === null) return this.rest();
    if (this.goAt !== null && now >= this.goAt) {
      this.rest();
      return this.go();
    }
    const pause = Math.max(1_000, Math.min(PAUSE, this.times.after / 2));
    if (this.asking || now - this.asked < pause) return;
    this.asked = now;
    this.asking = true;
    this.isWell(home).then(
      (well) => this.answered(well, now),
      () => this.answered(false, now),
    );
  }

  private answered(well: boolean, now: number): void {
    this.asking = false;
    if (!well) {
      this.wellSince = this.goAt = null;
      return;
    }
    if (this.wellSince === null) this.wellSince = now;
    if (this.goAt === null && now - this.wellSince >= this.times.after) this.goAt = now + this.chance() * this.times.within;
  }

  private rest(): void {
    this.times = this.usual;
    this.asked = 0;
    this.wellSince = this.goAt = null;
  }
}
