/** A longer silence is no dropped frame: the page was hidden, or the device slept. Milliseconds. */
const LONGEST = 2_000;
/** Frames after which the screen's own pace is judged anew. */
const SAMPLE = 120;

/** Counts the frames that came too late to be seen: of the page, and of films as the browser tells them. */
export class FrameCount {
  /** Frames dropped since the page was opened. */
  dropped = 0;
  private last: number | null = null;
  /** Milliseconds from frame to frame as the screen would have it; null until known */
  private pace: number | null = null;
  private gaps: number[] = [];
  private readonly films = new Map<HTMLVideoElement, number>();

  /** A frame is drawn; `at` as the browser gives it to animation callbacks, in milliseconds. */
  frame(at: number): void {
    const gap = this.last === null ? 0 : at - this.last;
    this.last = at;
    if (gap <= 0 || gap > LONGEST) return;
    if (this.pace !== null) this.dropped += Math.max(0, Math.round(gap / this.pace) - 1);
    this.gaps.push(gap);
    if (this.gaps.length < SAMPLE) return;
    // Most frames come in time: the middle one tells the pace.
    this.gaps.sort((a, b) => a - b);
    this.pace = this.gaps[SAMPLE / 2] as number;
    this.gaps = [];
  }

  /** Looks at the films that are on the page now. */
  look(films: HTMLVideoElement[]): void {
    this.films.forEach((_known, film) => {
      if (films.indexOf(film) < 0) this.films.delete(film);
    });
    for (const film of films) {
      if (!film.getVideoPlaybackQuality) continue;
      const now = film.getVideoPlaybackQuality().droppedVideoFrames;
      const before = this.films.get(film) || 0;
      // A film that was loaded anew counts from 0.
      this.dropped += now >= before ? now - before : now;
      this.films.set(film, now);
    }
  }
}
