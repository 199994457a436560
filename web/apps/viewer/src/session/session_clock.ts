import { isTime, offsetOf, type Sample } from "@signboard/model";
import type { Notes } from "../identity.ts";

/** Differences beyond this are taken over at once, in milliseconds; smaller ones slowly, so that no film jumps. */
const STEP = 250;
/** Milliseconds per second by which the clock is moved. */
const SLEW = 20;
/** What two clocks may drift apart between two samples, milliseconds. */
const SLACK = 100;
const NAME = "signboard-offset";

/** The session's time: the local monotonic clock, set by the server. Keeps its last offset for starts without server. */
export class SessionClock {
  private readonly samples: Sample[] = [];
  private target: number;
  private applied: number;
  private moved: number;

  /** `local` never jumps while the page lives; it starts at the device's own time. */
  constructor(
    readonly local: () => number,
    private readonly notes: Notes,
  ) {
    let kept = 0;
    try {
      kept = Number((notes && notes.getItem(NAME)) || 0);
    } catch (forbidden) {
      // Starts at the device's own time.
    }
    this.target = this.applied = isTime(kept) ? kept : 0;
    this.moved = local();
  }

  now(): number {
    const local = this.local();
    const rest = this.target - this.applied;
    const most = ((local - this.moved) / 1000) * SLEW;
    this.moved = local;
    this.applied = Math.abs(rest) > STEP ? this.target : this.applied + Math.max(-most, Math.min(most, rest));
    return local + this.applied;
  }

  /** The server's clock minus this device's, milliseconds. */
  get offset(): number {
    return this.target;
  }

  add(sample: Sample): void {
    // Two samples that cannot both be true: this device slept between them, and its clock with it.
    const last = this.samples[this.samples.length - 1];
    if (last && Math.abs(middle(last) - middle(sample)) > (delay(last) + delay(sample)) / 2 + SLACK) this.restart();
    this.samples.push(sample);
    if (this.samples.length > 8) this.samples.shift();
    this.target = offsetOf(this.samples) as number;
    try {
      if (this.notes) this.notes.setItem(NAME, String(Math.round(this.target)));
    } catch (full) {
      // The next start takes the device's own time.
    }
  }

  /** Earlier samples count no more, such as after a break. */
  restart(): void {
    this.samples.length = 0;
  }

  /** A first guess from a message that bears the server's time, used until samples are there. */
  guess(serverTime: number): void {
    if (this.samples.length === 0 && Math.abs(this.local() + this.target - serverTime) > 2_000) this.target = serverTime - this.local();
  }
}

/** Milliseconds of a clock that starts at the device's time and then only goes forward. */
export function monotonic(): () => number {
  const start = Date.now() - performance.now();
  return () => start + performance.now();
}

function delay(sample: Sample): number {
  return sample.t3 - sample.t0 - (sample.t2 - sample.t1);
}

function middle(sample: Sample): number {
  return (sample.t1 - sample.t0 + (sample.t2 - sample.t3)) / 2;
}
