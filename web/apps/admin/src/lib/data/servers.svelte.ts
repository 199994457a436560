/** The servers of the installation, asked for anew while somebody looks at them. */
import { Failure, type ServersView } from "@signboard/api";
import { api } from "./api.ts";
import { notAlone } from "./arrived.svelte.ts";
import { askWhileSeen } from "./asking.ts";

const REFETCH_MS = 2000;

interface State {
  view: ServersView | null;
  /** Why the last question was not answered; what was known before stays. */
  failure: Failure | null;
}

export const servers = $state<State>({ view: null, failure: null });

export async function refreshServers(): Promise<void> {
  try {
    servers.view = await api.servers();
    servers.failure = null;
    if (servers.view.servers.length > 0) notAlone();
  } catch (reason) {
    servers.failure = Failure.from(reason);
  }
}

/** Asks now and every two seconds while the page can be seen. Returns how to stop. */
export function watchServers(): () => void {
  return askWhileSeen(refreshServers, REFETCH_MS);
}
