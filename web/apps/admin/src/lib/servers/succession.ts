/** Who takes over when the Main fails, in words. */
import type { Id, ServersView } from "@signboard/api";

/** The names of servers, in this order. */
export function namesOf(view: Pick<ServersView, "servers">, ids: readonly Id[]): string {
  return ids.map((id) => view.servers.find((server) => server.id === id)?.name ?? id).join(", ");
}

/** The servers that can vote: those that can be the Main. */
export function able(view: Pick<ServersView, "servers">): ServersView["servers"] {
  return view.servers.filter((server) => server.retired_at === null && !server.read_only);
}

/** Whether so many can vote: none, or an odd number from three on. */
export function votes(count: number): boolean {
  return count === 0 || (count >= 3 && count <= 9 && count % 2 === 1);
}
