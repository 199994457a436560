/** The live side: events of the one stream of this browser, the state of the screens, and devices that wait to be let in. */
import type { Id, PendingDevice, ViewerStatus } from "@signboard/api";
import { listen } from "@signboard/api/stream";
import { SvelteMap } from "svelte/reactivity";
import { refreshAlerts } from "./alerts.svelte.ts";
import { api } from "./api.ts";
import { collectionOfKind, reloadAll } from "./collection.svelte.ts";
import { may } from "./session.svelte.ts";

interface State {
  connected: boolean;
  /** Since when it is not, Unix milliseconds. */
  lostAt: number | null;
  pending: PendingDevice[];
  /** Counts changes of what screens are to show, so that timetables on the page are asked for again. */
  plans: number;
}

export const live = $state<State>({ connected: false, lostAt: null, pending: [], plans: 0 });
export const statuses = new SvelteMap<Id, ViewerStatus>();

/** Kinds whose change may alter a timetable. */
const PLANNED = new Set(["schedule", "priority", "playlist", "playlist_item", "presentation", "membership", "group", "viewer", "media", "installation"]);
/** Changes come in bursts; the status of all screens is asked for once for each. */
const GATHER_MS = 150;
/** So long for each screen more: the answer for twenty thousand is some megabytes, and asked for every ten seconds at most. */
const GATHER_MS_EACH = 0.5;

const uploadListeners = new Set<(ids: Id[]) => void>();
const taskListeners = new Set<(ids: Id[] | null) => void>();
let gathering: ReturnType<typeof setTimeout> | undefined;

/** Calls back with the ids of uploads that the server said something new about. */
export function onUploads(tell: (ids: Id[]) => void): () => void {
  uploadListeners.add(tell);
  return () => uploadListeners.delete(tell);
}

/** Calls back with the ids of tasks whose runs changed; with none after events were missed. */
export function onTasks(tell: (ids: Id[] | null) => void): () => void {
  taskListeners.add(tell);
  return () => taskListeners.delete(tell);
}

async function refreshStatuses(): Promise<void> {
  const all = await api.statuses().catch(() => null);
  if (!all) return;
  const seen = new Set(all.map((status) => status.viewer));
  for (const status of all) if (!same(statuses.get(status.viewer), status)) statuses.set(status.viewer, status);
  for (const id of [...statuses.keys()]) if (!seen.has(id)) statuses.delete(id);
}

/** Whether nothing changed that is shown; when it was last heard of is not shown while it is online. */
function same(before: ViewerStatus | undefined, after: ViewerStatus): boolean {
  return before !== undefined && JSON.stringify({ ...before, seen: 0 }) === JSON.stringify({ ...after, seen: 0 }) && (after.online || before.seen === after.seen);
}

async function refreshPending(): Promise<void> {
  if (may("administrator")) live.pending = await api.pending().catch(() => live.pending);
}

function gather(): void {
  gathering ??= setTimeout(
    () => {
      gathering = undefined;
      live.plans++;
      void refreshStatuses();
    },
    GATHER_MS + statuses.size * GATHER_MS_EACH,
  );
}

/** Starts listening. Returns how to stop. */
export function startLive(): () => void {
  void refreshStatuses();
  void refreshPending();
  void refreshAlerts();
  return listen((event) => {
    if (event.type === "state") {
      live.lostAt = event.connected ? null : (live.lostAt ?? Date.now());
      live.connected = event.connected;
    } else if (event.type === "resync") {
      void reloadAll();
      for (const tell of taskListeners) tell(null);
      void refreshPending();
      void refreshAlerts();
      gather();
    } else if (event.type === "change") {
      const { kind, id, action } = event.change;
      void collectionOfKind(kind)?.touch(id, action);
      if (PLANNED.has(kind)) gather();
    } else {
      if (event.live.viewers) gather();
      if (event.live.pending) void refreshPending();
      if (event.live.alerts) void refreshAlerts();
      if (event.live.tasks) for (const tell of taskListeners) tell(event.live.tasks);
      if (event.live.uploads) for (const tell of uploadListeners) tell(event.live.uploads);
    }
  });
}
