/** A part of a noun, page by page: the server filters, sorts and searches, so that it does not matter how many there are. Belongs to a component. */
import type { Id, Noun, Nouns } from "@signboard/api";
import { complain } from "@signboard/ui";
import { api } from "./api.ts";
import type { Collection } from "./collection.svelte.ts";

export type Filter = Record<string, string | number | boolean | null | undefined>;

const PAGE = 120;
/** The most that the server gives at once. */
const MOST = 500;
/** Changes come in bursts, as when a hundred files are uploaded. */
const GATHER_MS = 300;

export class Listing<N extends Noun> {
  readonly #collection: Collection<N>;
  /** What is asked for; nothing while there is nothing to ask. */
  readonly #filter = $derived.by(() => this.#wish());
  readonly #wish: () => Filter | null;
  #ids = $state.raw<Id[]>([]);
  #next: string | null = null;
  /** Counts what was asked, so that late answers to older questions are left alone. */
  #turn = 0;
  /** How many there are in all, shown or not. */
  total = $state(0);
  loading = $state(false);
  /** Whether the first page of what is asked for is here. */
  loaded = $state(false);
  readonly items = $derived(this.#ids.flatMap((id) => this.#collection.peek(id) ?? []));

  /** To be made while a component is set up: it follows `wish` and the changes of the noun as long as the component lives. */
  constructor(collection: Collection<N>, wish: () => Filter | null) {
    this.#collection = collection;
    this.#wish = wish;
    let timer: ReturnType<typeof setTimeout> | undefined;
    $effect(() => {
      void this.#filter;
      this.loaded = false;
      void this.#fetch(this.#size);
      return () => clearTimeout(timer);
    });
    $effect(() =>
      collection.onChange(() => {
        clearTimeout(timer);
        timer = setTimeout(() => void this.#fetch(this.#ids.length), GATHER_MS);
      }),
    );
  }

  get #size(): number {
    return Number(this.#filter?.limit ?? PAGE);
  }

  /** Whether the server has more. */
  get more(): boolean {
    return this.loaded && this.items.length < this.total && this.#next !== null;
  }

  /** Gets the next page. */
  async grow(): Promise<void> {
    if (this.loading || !this.#next) return;
    const turn = this.#turn;
    this.loading = true;
    try {
      const page = await this.#page(this.#size, this.#next);
      if (turn !== this.#turn) return;
      this.#ids = [...new Set([...this.#ids, ...page.ids])];
      this.#next = page.next;
    } catch (reason) {
      complain(reason);
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }

  /** Gets the first ones anew. */
  async #fetch(count: number): Promise<void> {
    const turn = ++this.#turn;
    if (this.#filter === null) {
      this.#ids = [];
      this.total = 0;
      return;
    }
    this.loading = true;
    try {
      const ids: Id[] = [];
      let cursor: string | null = null;
      do {
        const page: { ids: Id[]; next: string | null } = await this.#page(Math.min(MOST, Math.max(this.#size, count - ids.length)), cursor);
        if (turn !== this.#turn) return;
        ids.push(...page.ids);
        cursor = page.next;
      } while (cursor && ids.length < count);
      this.#ids = ids;
      this.#next = cursor;
      this.loaded = true;
    } catch (reason) {
      if (turn === this.#turn) complain(reason);
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }

  async #page(limit: number, cursor: string | null): Promise<{ ids: Id[]; next: string | null }> {
    const page: { items: Nouns[N][]; next: string | null; total: number } = await api.list(this.#collection.noun, { ...this.#filter, limit, cursor });
    for (const item of page.items) this.#collection.take(item);
    this.total = page.total;
    return { ids: page.items.map((item) => item.id), next: page.next };
  }
}

const SETTLE_MS = 200;

/** A value that follows another once that has stood still: what is typed is asked for when the hand rests. */
export function settled(read: () => string): { readonly value: string } {
  let value = $state(read());
  $effect(() => {
    const next = read();
    // An emptied field counts at once.
    const timer = setTimeout(() => (value = next), next === "" ? 0 : SETTLE_MS);
    return () => clearTimeout(timer);
  });
  return {
    get value() {
      return value;
    },
  };
}
