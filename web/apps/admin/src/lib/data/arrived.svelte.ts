/** Whether the last change of this tab has arrived at all servers. */
import type { Arrival } from "@signboard/api";
import { api, client } from "./api.ts";

/** After so long it is asked again, the first time and at the most. */
const FIRST_MS = 700;
const MOST_MS = 10_000;
/** Where there is only one server, it is not asked again for so long. */
const ALONE_MS = 300_000;
/** So long it is said that all have it. */
const SAID_MS = 6000;

interface State {
  /** None: nothing was changed, or all that was is everywhere and was said. */
  arrival: Arrival | null;
}

export const arrived = $state<State>({ arrival: null });

/** The servers to which a change is still on its way. */
export function waiting(arrival: Arrival): string[] {
  return arrival.servers.filter((server) => server.has === false).map((server) => server.name);
}

let timer: ReturnType<typeof setTimeout> | undefined;
let aloneUntil = 0;

async function ask(dot: string, wait: number): Promise<void> {
  const arrival = await api.arrival(dot).catch(() => null);
  if (arrival && arrival.servers.length === 0) {
    aloneUntil = Date.now() + ALONE_MS;
    arrived.arrival = null;
    return;
  }
  if (arrival) arrived.arrival = arrival;
  const everywhere = arrival !== null && waiting(arrival).length === 0;
  timer = everywhere ? setTimeout(() => (arrived.arrival = null), SAID_MS) : setTimeout(() => void ask(dot, Math.min(wait * 2, MOST_MS)), wait);
}

/** There is another server now: changes are followed again. */
export function notAlone(): void {
  aloneUntil = 0;
}

/** Follows the changes of this tab. Returns how to stop. */
export function watchArrival(): () => void {
  client.onMade = (dot) => {
    if (Date.now() < aloneUntil) return;
    clearTimeout(timer);
    timer = setTimeout(() => void ask(dot, FIRST_MS), FIRST_MS);
  };
  return () => {
    client.onMade = () => {};
    clearTimeout(timer);
    arrived.arrival = null;
  };
}
