/** What is raised now: asked for at the start and whenever the server says that something was raised or cleared. */
import type { Alert } from "@signboard/api";
import { api } from "./api.ts";

interface State {
  open: Alert[];
  /** How many there are, also beyond those that were sent. */
  total: number;
  loaded: boolean;
  /** Counts refreshes, so that a history on the page is asked for again. */
  turn: number;
}

export const alerts = $state<State>({ open: [], total: 0, loaded: false, turn: 0 });

export async function refreshAlerts(): Promise<void> {
  const page = await api.openAlerts().catch(() => null);
  if (!page) return;
  alerts.open = page.items;
  alerts.total = page.total;
  alerts.loaded = true;
  alerts.turn++;
}
