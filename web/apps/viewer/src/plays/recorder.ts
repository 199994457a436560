import type { Moment } from "@signboard/player";
import type { Journal, Play } from "./journal.ts";
import type { OpenPlay } from "./open_play.ts";

/** An item counts as complete if no more than this was cut from either end, in milliseconds. */
const TOLERANCE = 1_000;

/** The play of a moment that was seen from `from` to `until`; null for what nobody scheduled and for nothing. */
export function playOf(moment: Moment, from: number, until: number): Play | null {
  const play = moment.item && moment.item.play;
  if (!moment.item || !play || !play.content || until <= from) return null;
  return {
    row: moment.row,
    plan: moment.plan,
    item: moment.item.id,
    content: play.content,
    revision: play.revision || null,
    media: play.media || null,
    from: Math.round(from),
    until: Math.round(until),
    complete: from - moment.start <= TOLERANCE && moment.end - until <= TOLERANCE,
  };
}

/** Turns what the player shows into play records. */
export class Recorder {
  private showing: { moment: Moment; from: number } | null = null;
  private stopped = false;

  constructor(
    private readonly journal: Journal,
    private readonly open: OpenPlay,
  ) {}

  /** Enters what an earlier page could not end. */
  async recover(): Promise<void> {
    const left = this.open.left();
    this.open.note(null);
    // That page may have written it down and ended before it could say so.
    await Promise.all(left.filter((play) => !this.journal.has(play)).map((play) => this.enter(play)));
  }

  /** Records nothing more: another page of this device does. */
  stop(): void {
    this.stopped = true;
    this.showing = null;
  }

  began(moment: Moment, at: number): void {
    if (this.stopped) return;
    this.showing = { moment, from: at };
    this.note(at);
  }

  ended(moment: Moment, began: number, at: number): Promise<void> {
    if (this.stopped) return Promise.resolve();
    this.showing = null;
    const play = playOf(moment, began, at);
    if (play) return this.enter(play);
    this.open.note(null);
    return Promise.resolve();
  }

  /** Notes that the play under way is still seen. */
  note(now: number): void {
    if (this.showing) this.open.note(playOf(this.showing.moment, this.showing.from, now));
  }

  private enter(play: Play): Promise<void> {
    this.open.close(play);
    return this.journal.add(play).then(() => this.open.kept(play));
  }
}
