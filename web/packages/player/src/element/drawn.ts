/** An element of a page while it is shown. */
export interface Drawn {
  node: HTMLElement | SVGElement;
  /** Resolves when it can be drawn; rejects where it must be left out. `position` is the time into the page, milliseconds. */
  prepare?(position: number): Promise<void>;
  /** The page began at `at`. */
  start?(at: number): void;
  tick?(now: number): void;
  stop?(): void;
  /** What an editor should know, once laid out. */
  problem?(): string | null;
}
