/** Asking the server again and again while somebody looks at the answer. */
import { untrack } from "svelte";

/** Calls `ask`, which must not reject, now, so many milliseconds after each answer while the page can be seen, and when it is seen again. Returns how to stop. */
export function askWhileSeen(ask: () => Promise<unknown>, pause: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const turn = async () => {
    clearTimeout(timer);
    if (!document.hidden) await ask();
    // Two questions may have been on their way: one clock goes on.
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void turn(), pause);
  };
  const seen = () => !document.hidden && void turn();
  document.addEventListener("visibilitychange", seen);
  // What the first question reads must not begin the effect around it anew with each answer.
  void untrack(turn);
  return () => {
    stopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", seen);
  };
}
