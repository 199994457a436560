/** Resources of one noun, kept up to date by the live events. A collection loads when it is first used and stays. */
import { KIND, type Id, type Noun, type Nouns } from "@signboard/api";
import { SvelteMap } from "svelte/reactivity";
import { api } from "./api.ts";

const PAGE = 500;

export class Collection<N extends Noun> {
  readonly noun: N;
  readonly #byId = new SvelteMap<Id, Nouns[N]>();
  #loading: Promise<void> | null = null;
  loaded = $state(false);
  failed = $state<unknown>(null);
  readonly #live = $derived([...this.#byId.values()].filter((one) => !isTrashed(one)));

  constructor(noun: N) {
    this.noun = noun;
  }

  /** All that are not in the trash, by name where they have one. */
  get items(): Nouns[N][] {
    return this.#live;
  }

  find(id: Id | null | undefined): Nouns[N] | undefined {
    return id ? this.#byId.get(id) : undefined;
  }

  /** Loads once; later calls wait for the same load. */
  load(): Promise<void> {
    this.#loading ??= this.reload();
    return this.#loading;
  }

  async reload(): Promise<void> {
    try {
      const seen = new Set<Id>();
      let cursor: string | null = null;
      do {
        const page: { items: Nouns[N][]; next: string | null } = await api.list(this.noun, { limit: PAGE, cursor, ...SORT[this.noun] });
        for (const item of page.items) this.take(item, seen);
        cursor = page.next;
      } while (cursor);
      for (const id of [...this.#byId.keys()]) if (!seen.has(id)) this.#byId.delete(id);
      this.loaded = true;
      this.failed = null;
    } catch (reason) {
      this.failed = reason;
      this.#loading = null;
    }
  }

  take(item: Nouns[N], seen?: Set<Id>): Nouns[N] {
    seen?.add(item.id);
    if (this.#byId.get(item.id)?.version !== item.version) this.#byId.set(item.id, item);
    return item;
  }

  drop(id: Id): void {
    this.#byId.delete(id);
  }

  /** A live event said that one changed. */
  async touch(id: Id, action: "insert" | "update" | "delete"): Promise<void> {
    if (!this.#loading) return;
    // What changes while the list is on its way may be older in the list than in the event.
    await this.#loading;
    if (action === "delete") return this.drop(id);
    try {
      this.take(await api.find(this.noun, id));
    } catch {
      this.drop(id);
    }
  }

  async make(members: Partial<Nouns[N]>): Promise<Nouns[N]> {
    return this.take(await api.make(this.noun, members as Partial<Nouns[N]> & Record<string, unknown>));
  }

  async change(id: Id, members: Partial<Nouns[N]>): Promise<Nouns[N]> {
    return this.take(await api.change(this.noun, id, members));
  }

  async remove(id: Id): Promise<void> {
    await api.remove(this.noun, id);
    this.drop(id);
  }

  async restore(id: Id): Promise<void> {
    await api.restore(this.noun, id);
    this.take(await api.find(this.noun, id));
  }
}

function isTrashed(item: object): boolean {
  return "trashed_at" in item && item.trashed_at !== null;
}

/** Nouns that have no name are asked for in another order. */
const SORT: Partial<Record<Noun, Record<string, string>>> = {
  "playlist-items": { sort: "order" },
  memberships: { sort: "id" },
  grants: { sort: "id" },
  devices: { sort: "id" },
  revisions: { sort: "-published_at" },
  priorities: { sort: "rank" },
};

const make = <N extends Noun>(noun: N) => new Collection(noun);

export const media = make("media");
export const folders = make("folders");
export const presentations = make("presentations");
export const revisions = make("revisions");
export const playlists = make("playlists");
export const playlistItems = make("playlist-items");
export const viewers = make("viewers");
export const devices = make("devices");
export const groups = make("groups");
export const memberships = make("memberships");
export const schedules = make("schedules");
export const priorities = make("priorities");
export const users = make("users");
export const grants = make("grants");
export const tokens = make("tokens");

const ALL = [media, folders, presentations, revisions, playlists, playlistItems, viewers, devices, groups, memberships, schedules, priorities, users, grants, tokens] as const;

export function collectionOfKind(kind: string): Collection<Noun> | undefined {
  return ALL.find((one) => KIND[one.noun] === kind) as unknown as Collection<Noun> | undefined;
}

/** Fetches everything anew that has been fetched before. */
export async function reloadAll(): Promise<void> {
  await Promise.all(ALL.filter((one) => one.loaded).map((one) => one.reload()));
}

/** Sorts by name as people of the reader's language do. */
export function byName<T extends { name: string }>(items: T[]): T[] {
  return [...items].sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
}
