/** What people should look at because servers could not hear each other: asked for now and then by those who may decide. */
import { Failure, type Notice } from "@signboard/api";
import { api } from "./api.ts";
import { askWhileSeen } from "./asking.ts";

const REFETCH_MS = 15_000;
const PAGE = 100;
/** The server gives no more in one answer. */
const MOST = 500;

interface State {
  /** The newest that are kept. */
  all: Notice[];
  /** Where older ones begin; null if there are none. */
  next: string | null;
  /** How many nobody has dealt with. */
  open: number;
  loaded: boolean;
  failure: Failure | null;
}

export const notices = $state<State>({ all: [], next: null, open: 0, loaded: false, failure: null });

/** As many as were shown before, anew. */
export async function refreshNotices(): Promise<void> {
  await ask({ limit: Math.min(MOST, Math.max(PAGE, notices.all.length)) });
}

/** The page after those that are shown. */
export async function olderNotices(): Promise<void> {
  if (notices.next) await ask({ limit: PAGE, cursor: notices.next });
}

async function ask(wish: { limit: number; cursor?: string }): Promise<void> {
  try {
    const page = await api.notices(wish);
    notices.all = wish.cursor ? [...notices.all, ...page.items] : page.items;
    notices.next = page.next;
    notices.open = page.total;
    notices.loaded = true;
    notices.failure = null;
  } catch (reason) {
    notices.failure = Failure.from(reason);
  }
}

/** Asks now and every quarter of a minute while the tab can be seen. Returns how to stop. */
export function watchNotices(): () => void {
  return askWhileSeen(refreshNotices, REFETCH_MS);
}
