import type { Notes } from "../identity.ts";
import type { Play } from "./journal.ts";
import { readPlay } from "./read_play.ts";

const NAME = "signboard-open-play";

/** What is not in the journal yet, noted where a page that ends can still write: the play under way, and those that ended and are being written down. */
export class OpenPlay {
  private ended: Play[] = [];
  private open: Play | null = null;

  constructor(private readonly notes: Notes) {}

  /** The play under way. `until` is the last moment at which it was surely seen. */
  note(play: Play | null): void {
    this.open = play;
    this.write();
  }

  /** It is over, and not kept yet. */
  close(play: Play): void {
    this.ended.push(play);
    this.note(null);
  }

  /** The journal has it. */
  kept(play: Play): void {
    this.ended = this.ended.filter((one) => one !== play);
    this.write();
  }

  /** What an earlier page left, the oldest first. */
  left(): Play[] {
    try {
      const found: unknown = JSON.parse((this.notes && this.notes.getItem(NAME)) || "[]");
      return (Array.isArray(found) ? found : [found]).map(readPlay).filter((play) => play !== null) as Play[];
    } catch (unreadable) {
      return [];
    }
  }

  private write(): void {
    const plays = this.open ? this.ended.concat(this.open) : this.ended;
    try {
      if (!this.notes) return;
      if (plays.length > 0) this.notes.setItem(NAME, JSON.stringify(plays));
      else this.notes.removeItem(NAME);
    } catch (full) {
      // Then the play that a reload cuts off is not recorded.
    }
  }
}
