/** What people should look at because servers could not hear each other: asked for now and then by those who may decide. */
import { Failure, type Notice } from "@signboard/api";
import { api } from "./api.ts";

const REFETCH_MS = 15_000;

interface State {
  /** All that are kept, the newest first. */
  all: Notice[];
  /** How many nobody has dealt with. */
  open: number;
  loaded: boolean;
  failure: Failure | null;
}

export const notices = $state<State>({ all: [], open: 0, loaded: false, failure: null });

export async function refreshNotices(): Promise<void> {
  try {
    const page = await api.notices();
    notices.all = page.items;
    notices.open = page.total;
    notices.loaded = true;
    notices.failure = null;
  } catch (reason) {
    notices.failure = reason instanceof Failure ? reason : new Failure(0, "unknown", String(reason));
  }
}

/** Asks now and every quarter of a minute while the tab can be seen. Returns how to stop. */
export function watchNotices(): () => void {
  const ask = () => !document.hidden && void refreshNotices();
  const timer = setInterval(ask, REFETCH_MS);
  document.addEventListener("visibilitychange", ask);
  ask();
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", ask);
  };
}
