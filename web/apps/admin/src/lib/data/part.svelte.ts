/** The first of a long list that is here already, and more of it on demand: drawing is dear, not the list. */
export class Part<T> {
  readonly #all: () => readonly T[];
  readonly #step: number;
  #limit = $state(0);
  readonly items = $derived.by(() => this.#all().slice(0, this.#limit));

  constructor(all: () => readonly T[], step: number) {
    this.#all = all;
    this.#step = step;
    this.#limit = step;
  }

  get total(): number {
    return this.#all().length;
  }

  get more(): boolean {
    return this.total > this.#limit;
  }

  /** Nothing has to be waited for. */
  readonly loading = false;

  grow(): void {
    this.#limit += this.#step;
  }
}
