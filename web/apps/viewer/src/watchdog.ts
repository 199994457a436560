/** Drawing that stands still for this long is broken, in milliseconds. */
const STALL = 30_000;

/** Reloads a page whose drawing stands still although its timers run, where it can surely come back. */
export class Watchdog {
  private drawn: number;
  private looked: number;

  constructor(
    private readonly now: () => number,
    private readonly canReturn: () => boolean,
    private readonly reload: () => void,
  ) {
    this.drawn = this.looked = now();
  }

  /** A frame was drawn. */
  frame(): void {
    this.drawn = this.now();
  }

  /** Call every second, with whether the page can be seen: browsers draw nothing for hidden ones. */
  look(visible: boolean): void {
    const now = this.now();
    // The device slept, or the page was frozen: nothing is broken.
    if (!visible || now - this.looked > STALL / 2) this.drawn = now;
    this.looked = now;
    if (now - this.drawn > STALL && this.canReturn()) {
      this.drawn = now;
      this.reload();
    }
  }
}
