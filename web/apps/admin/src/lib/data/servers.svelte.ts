/** The servers of the installation, asked for anew while somebody looks at them. */
import { Failure, type ServersView } from "@signboard/api";
import { api } from "./api.ts";

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
  } catch (reason) {
    servers.failure = reason instanceof Failure ? reason : new Failure(0, "unknown", String(reason));
  }
}

/** Asks now and every two seconds while the page can be seen. Returns how to stop. */
export function watchServers(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const ask = async () => {
    clearTimeout(timer);
    if (!document.hidden) await refreshServers();
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
