/** The network as the server sees it, asked for anew while somebody looks at it; and what the doctor found when it last looked. */
import { Failure, type Finding, type NetworkView } from "@signboard/api";
import { api } from "./api.ts";

const REFETCH_MS = 5000;

interface State {
  view: NetworkView | null;
  /** Why the last question was not answered; what was known before stays. */
  failure: Failure | null;
  findings: Finding[] | null;
  looking: boolean;
  /** When the findings came, Unix milliseconds. */
  lookedAt: number | null;
  lookFailure: Failure | null;
}

export const network = $state<State>({ view: null, failure: null, findings: null, looking: false, lookedAt: null, lookFailure: null });

const failureOf = (reason: unknown) => (reason instanceof Failure ? reason : new Failure(0, "unknown", String(reason)));

async function refresh(): Promise<void> {
  try {
    network.view = await api.network();
    network.failure = null;
  } catch (reason) {
    network.failure = failureOf(reason);
  }
}

/** Asks now and every five seconds while the page can be seen. Returns how to stop. */
export function watchNetwork(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const ask = async () => {
    clearTimeout(timer);
    if (!document.hidden) await refresh();
    // Two questions may have been on their way: one clock goes on.
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void ask(), REFETCH_MS);
  };
  const seen = () => !document.hidden && void ask();
  document.addEventListener("visibilitychange", seen);
  void ask();
  return () => {
    stopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", seen);
  };
}

/** Lets the doctor look. It goes on when the page is left. */
export async function look(): Promise<void> {
  if (network.looking) return;
  network.looking = true;
  try {
    network.findings = await api.findings();
    network.lookedAt = Date.now();
    network.lookFailure = null;
  } catch (reason) {
    network.lookFailure = failureOf(reason);
  } finally {
    network.looking = false;
  }
}
