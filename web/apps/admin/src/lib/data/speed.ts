/** How fast an upload goes, from its last seconds; and how long the rest will take. Pure: the time comes in. */

interface Sample {
  at: number;
  sent: number;
}

const SPAN_MS = 8000;

export class Speed {
  #samples: Sample[] = [];

  note(sent: number, at: number): void {
    this.#samples.push({ at, sent });
    const oldest = at - SPAN_MS;
    while (this.#samples.length > 2 && (this.#samples[0] as Sample).at < oldest) this.#samples.shift();
  }

  /** Bytes in a second; none until two samples are apart. */
  get perSecond(): number | null {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.at - first.at < 250) return null;
    return ((last.sent - first.sent) * 1000) / (last.at - first.at);
  }

  /** Milliseconds until all is sent; none while nobody can tell. */
  left(total: number): number | null {
    const rate = this.perSecond;
    const sent = this.#samples.at(-1)?.sent ?? 0;
    return rate && rate > 0 ? ((total - sent) / rate) * 1000 : null;
  }
}
