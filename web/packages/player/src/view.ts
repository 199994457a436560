import type { Size } from "./fit.ts";

/** One item on the screen: prepared unseen, started at its moment, stopped when nothing of it can be seen any more. */
export interface View {
  readonly node: HTMLElement;
  /**
   * Gets everything ready that the first frame needs, `position` milliseconds into the item.
   * Rejects where nothing useful could be drawn. The node is in the document and laid out.
   */
  prepare(position: number): Promise<void>;
  /** Plays as an item that began at `at`, in the session's time. */
  start(at: number): void;
  tick(now: number): void;
  /** Fits the view into the upright area. */
  layout(area: Size): void;
  /** Gives back decoders and addresses; the node is removed by the caller. */
  stop(): void;
}

/** The view of something that cannot be drawn at all: it is never ready. */
export function broken(error: Error): View {
  const nothing = () => undefined;
  return { node: document.createElement("div"), prepare: () => Promise.reject(error), start: nothing, tick: nothing, layout: nothing, stop: nothing };
}
