import type { FromViewer } from "./messages.ts";

/** Exchanges at the start of a session, and the milliseconds between them; afterwards one a minute. */
const FIRST = 8;
const SPACING = 250;
const REGULAR = 60_000;

/** Asks the server for its time for as long as a session lasts. */
export class TimeProbe {
  private timers: ReturnType<typeof setTimeout>[] = [];

  constructor(
    private readonly send: (message: FromViewer) => boolean,
    private readonly local: () => number,
  ) {}

  start(): void {
    this.stop();
    for (let at = 0; at < FIRST; at++) this.timers.push(setTimeout(() => this.ask(), at * SPACING));
    this.timers.push(setInterval(() => this.ask(), REGULAR));
  }

  stop(): void {
    // One list for both kinds: browsers number them together.
    this.timers.forEach((timer) => clearTimeout(timer));
    this.timers = [];
  }

  private ask(): void {
    this.send({ type: "time", t0: this.local() });
  }
}
