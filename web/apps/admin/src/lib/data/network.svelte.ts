/** The network as the server sees it, asked for anew while somebody looks at it; and what the doctor found when it last looked. */
import { Failure, type Finding, type NetworkView } from "@signboard/api";
import { api } from "./api.ts";
import { askWhileSeen } from "./asking.ts";

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

async function refresh(): Promise<void> {
  try {
    network.view = await api.network();
    network.failure = null;
  } catch (reason) {
    network.failure = Failure.from(reason);
  }
}

/** Asks now and every five seconds while the page can be seen. Returns how to stop. */
export function watchNetwork(): () => void {
  return askWhileSeen(refresh, REFETCH_MS);
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
    network.lookFailure = Failure.from(reason);
  } finally {
    network.looking = false;
  }
}
