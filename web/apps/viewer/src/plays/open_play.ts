import type { Notes } from "../identity.ts";
import type { Play } from "./journal.ts";
import { readPlay } from "./read_play.ts";

const NAME = "signboard-open-play";

/** The play that is under way, noted where a page that ends can still write: the next start enters it. */
export class OpenPlay {
  constructor(private readonly notes: Notes) {}

  /** `until` is the last moment at which it was surely seen. */
  note(play: Play | null): void {
    try {
      if (!this.notes) return;
      if (play) this.notes.setItem(NAME, JSON.stringify(play));
      else this.notes.removeItem(NAME);
    } catch (full) {
      // Then the play that a reload cuts off is not recorded.
    }
  }

  /** What an earlier page left; it is left no more. */
  take(): Play | null {
    try {
      const text = this.notes && this.notes.getItem(NAME);
      this.note(null);
      return text ? readPlay(JSON.parse(text)) : null;
    } catch (unreadable) {
      return null;
    }
  }
}
