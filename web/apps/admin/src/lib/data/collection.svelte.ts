/** Resources of one noun, kept up to date by the live events. What is named is fetched when it is first asked for; small nouns are also loaded whole. */
import { KIND, type Id, type Noun, type Nouns, type TakenDown } from "@signboard/api";
import { SvelteMap, SvelteSet } from "svelte/reactivity";
import { api } from "./api.ts";

const PAGE = 500;
/** So many that were fetched one by one are fetched anew after a gap in the events; more are forgotten. */
const FEW = 200;

export class Collection<N extends Noun> {
  readonly noun: N;
  readonly #byId = new SvelteMap<Id, Nouns[N]>();
  /** Ids that the server knows nothing of. */
  readonly #gone = new SvelteSet<Id>();
  readonly #asked = new Set<Id>();
  readonly #listeners = new Set<() => void>();
  #loading: Promise<void> | null = null;
  loaded = $state(false);
  failed = $state<unknown>(null);
  readonly #live = $derived([...this.#byId.values()].filter((one) => !isTrashed(one)));

  constructor(noun: N) {
    this.noun = noun;
  }

  /** All that are here and not in the trash. */
  get items(): Nouns[N][] {
    return this.#live;
  }

  /** The resource, if it is here; otherwise it is asked for, and who looks at it is told when it comes. */
  find(id: Id | null | undefined): Nouns[N] | undefined {
    if (!id) return undefined;
    const found = this.#byId.get(id);
    if (!found && !this.#loading && !this.#asked.has(id)) void this.#ask(id);
    return found;
  }

  /** The same without asking. */
  peek(id: Id): Nouns[N] | undefined {
    return this.#byId.get(id);
  }

  /** Whether it is known to be in the trash or not to exist; what is still on its way is not gone. */
  isGone(id: Id): boolean {
    const found = this.find(id);
    return found ? isTrashed(found) : this.loaded || this.#gone.has(id);
  }

  async #ask(id: Id): Promise<void> {
    this.#asked.add(id);
    try {
      this.take(await api.find(this.noun, id));
    } catch (reason) {
      if ((reason as { status?: number }).status === 404) this.#gone.add(id);
      else this.#asked.delete(id);
    }
  }

  /** Loads all once; later calls wait for the same load. Only for nouns of which there are not very many. */
  load(): Promise<void> {
    this.#loading ??= this.#loadAll();
    return this.#loading;
  }

  async #loadAll(): Promise<void> {
    try {
      const all: Nouns[N][] = [];
      let cursor: string | null = null;
      do {
        const page: { items: Nouns[N][]; next: string | null } = await api.list(this.noun, { limit: PAGE, cursor, ...SORT[this.noun] });
        // The first page is shown at once, the rest together: each step costs everybody who sorts the whole.
        if (cursor === null) for (const item of page.items) this.take(item);
        all.push(...page.items);
        cursor = page.next;
      } while (cursor);
      const seen = new Set(all.map((item) => item.id));
      for (const item of all) this.take(item);
      for (const id of [...this.#byId.keys()]) if (!seen.has(id)) this.#byId.delete(id);
      this.loaded = true;
      this.failed = null;
    } catch (reason) {
      this.failed = reason;
      this.#loading = null;
    }
  }

  /** Fetches anew what is here, after events were missed. */
  async reload(): Promise<void> {
    this.#gone.clear();
    this.#asked.clear();
    if (this.#loading) {
      await this.#loadAll();
      return;
    }
    const ids = [...this.#byId.keys()];
    if (ids.length > FEW) this.#byId.clear();
    else await Promise.all(ids.map((id) => this.#refetch(id)));
    this.#tell();
  }

  take(item: Nouns[N]): Nouns[N] {
    if (this.#byId.get(item.id)?.version !== item.version) this.#byId.set(item.id, item);
    return item;
  }

  drop(id: Id): void {
    this.#byId.delete(id);
    this.#gone.add(id);
  }

  /** Calls back after something was made, changed or removed, here or elsewhere. */
  onChange(tell: () => void): () => void {
    this.#listeners.add(tell);
    return () => this.#listeners.delete(tell);
  }

  #tell(): void {
    for (const tell of this.#listeners) tell();
  }

  /** A live event said that one changed. */
  async touch(id: Id, action: "insert" | "update" | "delete"): Promise<void> {
    this.#tell();
    if (!this.#loading && !this.#byId.has(id)) {
      // Somebody looked for it in vain: it may be back.
      if (this.#gone.delete(id)) void this.#ask(id);
      return;
    }
    // What changes while the list is on its way may be older in the list than in the event.
    await this.#loading;
    if (action === "delete") this.drop(id);
    else await this.#refetch(id);
  }

  async #refetch(id: Id): Promise<void> {
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
    const changed = this.take(await api.change(this.noun, id, members));
    this.#tell();
    return changed;
  }

  /** Removes one; answers which screens that cleared, where the noun has to do with screens. */
  async remove(id: Id): Promise<TakenDown | undefined> {
    const reached = await api.remove(this.noun, id);
    this.#byId.delete(id);
    this.#tell();
    return reached;
  }

  async restore(id: Id): Promise<void> {
    this.#gone.delete(id);
    await api.restore(this.noun, id);
    this.take(await api.find(this.noun, id));
    this.#tell();
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
  "on-hours": { sort: "id" },
  "download-rules": { sort: "id" },
  "viewer-settings": { sort: "id" },
  "network-cards": { sort: "id" },
  revisions: { sort: "-published_at" },
  tasks: { sort: "-made_at" },
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
export const networkCards = make("network-cards");
export const schedules = make("schedules");
export const priorities = make("priorities");
export const users = make("users");
export const grants = make("grants");
export const tokens = make("tokens");
export const tasks = make("tasks");
export const enrolmentTokens = make("enrolment-tokens");
export const expectedDevices = make("expected-devices");
export const recipients = make("recipients");
export const onHours = make("on-hours");
export const downloadRules = make("download-rules");
export const viewerSettings = make("viewer-settings");

const ALL = [media, folders, presentations, revisions, playlists, playlistItems, viewers, devices, groups, memberships, networkCards, schedules, priorities, users, grants, tokens, tasks, enrolmentTokens, expectedDevices, recipients, onHours, downloadRules, viewerSettings] as const;

export function collectionOfKind(kind: string): Collection<Noun> | undefined {
  return ALL.find((one) => KIND[one.noun] === kind) as unknown as Collection<Noun> | undefined;
}

/** Fetches everything anew that has been fetched before. */
export async function reloadAll(): Promise<void> {
  await Promise.all(ALL.map((one) => one.reload()));
}

/** Made once: twenty thousand names are compared a quarter of a million times. */
const ORDER = new Intl.Collator(undefined, { numeric: true });

/** Sorts by name as people of the reader's language do. */
export function byName<T extends { name: string }>(items: T[]): T[] {
  return [...items].sort((a, b) => ORDER.compare(a.name, b.name));
}
