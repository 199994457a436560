import { Layers } from "./layers.ts";
import { NOTHING, standby, type Moment, type Show } from "./moment.ts";
import type { Stage } from "./stage.ts";
import type { Surroundings } from "./surroundings.ts";
import { broken, type View } from "./view.ts";

/** The next item is prepared this long before it is due, in milliseconds. */
const AHEAD = 12_000;
/** A failed item is tried again after this time. */
const AGAIN = 5_000;
/** What was taken down leaves the screen within this time, whether its successor is ready or not. */
const CLEAR = 350;
/** The longest fade of a switch that no timetable announced. */
const SHORT = 250;
/** The start page is not drawn before this: what is kept here is on the screen by then, and drawing first what is covered at once costs time. */
const PATIENCE = 400;
/** A start page that has stood for less than this gives way without a fade: whoever switches a screen on waits for its content. */
const YOUNG = 5_000;
/** An item that is this late is reported. */
const LATE = 500;

export interface Listener {
  /** The first frame of a moment stands on the screen. */
  began(moment: Moment, at: number): void;
  /** It was replaced. `began` and `at` tell how long it was seen. */
  ended(moment: Moment, began: number, at: number): void;
}

interface Showing {
  moment: Moment;
  view: View;
  state: "preparing" | "ready" | "failed";
  began: number;
  /** When preparing began or failed */
  since: number;
  reported: boolean;
}

/** Keeps the right item on the stage at every moment. Call {@link Player.tick} with every frame. */
export class Player {
  private show: Show = NOTHING;
  private current: Showing | null = null;
  private next: Showing | null = null;
  private due: Moment | null = null;
  private clearBy: number | null = null;
  /** When the show began: what was due before could not be ready. */
  private since = Infinity;
  /** When the first frame was asked for. */
  private opened = Infinity;
  private readonly layers: Layers;

  constructor(
    private readonly stage: Stage,
    private readonly around: Surroundings,
    private readonly make: (moment: Moment) => View,
    private readonly listener: Listener,
  ) {
    this.layers = new Layers(stage);
  }

  /** What stands on the screen. */
  get moment(): Moment | null {
    return this.current && this.current.moment;
  }

  /**
   * Plays by another show from now on. What goes on in it is left untouched; with `urgent` whatever does not is off the screen
   * at once, even if nothing else is ready.
   */
  play(show: Show, urgent: boolean): void {
    this.show = show;
    this.due = null;
    const now = this.around.now();
    this.since = now;
    if (urgent && this.current && this.current.moment.kind !== "standby" && show.moment(now).key !== this.current.moment.key) this.clearBy = now + CLEAR;
    this.tick();
  }

  /** Looks at the clock and does what is due. */
  tick(): void {
    const now = this.around.now();
    if (!this.due || now < this.due.from || now >= this.due.until) this.due = this.show.moment(now);
    const due = this.due;
    if (!this.current || this.current.moment.key !== due.key) this.move(due, now);
    else {
      this.current.moment = due;
      this.clearBy = null;
      this.lookAhead(due, now);
    }
    for (const view of this.layers.views()) this.attempt("view.tick", () => view.tick(now));
  }

  /** The stage's size or the fit changed. */
  layout(): void {
    this.stage.fit();
    this.layers.layout();
  }

  private move(due: Moment, now: number): void {
    if (!this.current) {
      // A clock that is set back must not hold it for longer.
      this.opened = Math.min(this.opened, now);
      if (now - this.opened >= PATIENCE) this.cut(standby(now, now, null), now);
      else if (due.item === null) return;
    }
    const next = this.prepare(due, now);
    if (next.state === "ready") {
      this.take(next, now);
    } else if (this.clearBy !== null && now >= this.clearBy) {
      this.cut(standby(now, now, due.plan), now);
    } else if (next.state === "failed" && now - next.since > AGAIN) {
      this.drop();
    } else if (next.state === "preparing" && !next.reported && due.from > this.since && now - due.from > LATE) {
      next.reported = true;
      this.around.report("item.late", `Item ${due.item ? due.item.id : due.key} was not ready when it was due.`);
    }
  }

  private lookAhead(due: Moment, now: number): void {
    if (due.until - now > AHEAD || due.until === Infinity) return;
    const following = this.show.moment(due.until);
    if (following.key !== due.key) this.prepare(following, now);
  }

  /** Begins to prepare a moment, unless that is under way already. */
  private prepare(moment: Moment, now: number): Showing {
    if (this.next && this.next.moment.key === moment.key) {
      this.next.moment = moment;
      return this.next;
    }
    this.drop();
    const next: Showing = { moment, view: this.draw(moment), state: "preparing", began: 0, since: now, reported: false };
    this.next = next;
    this.layers.wait(next.view);
    // Joining in the middle: by the time that it is ready it is a little later.
    const position = Math.max(moment.from, now) - moment.start;
    new Promise<void>((resolve) => resolve(next.view.prepare(position < 50 ? 0 : position + 300))).then(
      () => {
        next.state = "ready";
      },
      (error: Error) => {
        // What was dropped meanwhile interests nobody.
        if (this.next !== next) return;
        next.state = "failed";
        next.since = this.around.now();
        this.around.report("item.failed", `Item ${moment.item ? moment.item.id : moment.key} cannot be shown: ${error.message}`);
      },
    );
    return next;
  }

  private take(next: Showing, now: number): void {
    const moment = next.moment;
    const asked = moment.item && moment.item.transition && moment.item.transition.kind === "fade" ? moment.item.transition.ms : moment.kind === "standby" ? 600 : 0;
    const last = this.current;
    const starting = last === null || (last.moment.item === null && last.moment.plan === null && now - last.began < YOUNG);
    const onTime = now - moment.from < LATE;
    this.next = null;
    // What must leave at once does not fade either.
    this.put(next, now, starting || this.clearBy !== null ? 0 : onTime ? Math.min(asked, Math.max(0, moment.until - moment.from)) : Math.min(asked, SHORT));
  }

  /** Shows at once what needs no preparation. */
  private cut(moment: Moment, now: number): void {
    const view = this.draw(moment);
    this.layers.wait(view);
    this.put({ moment, view, state: "ready", began: now, since: now, reported: false }, now, 0);
  }

  private put(next: Showing, now: number, fade: number): void {
    const last = this.current;
    this.current = next;
    this.clearBy = null;
    next.began = now;
    this.attempt("view.start", () => next.view.start(next.moment.start));
    this.layers.show(next.view, fade);
    if (last) this.listener.ended(last.moment, last.began, now);
    this.listener.began(next.moment, now);
  }

  /** One item that cannot be drawn must not take those after it along. */
  private draw(moment: Moment): View {
    try {
      return this.make(moment);
    } catch (error) {
      return broken(error as Error);
    }
  }

  private attempt(code: string, what: () => void): void {
    try {
      what();
    } catch (error) {
      this.around.report(code, (error as Error).message);
    }
  }

  private drop(): void {
    if (this.next) this.layers.drop(this.next.view);
    this.next = null;
  }
}
