import { isNumber, isText } from "@signboard/model";
import { randomUuid } from "../random.ts";
import type { PlayRecord } from "../session/messages.ts";
import type { Change, Database } from "../store/database.ts";
import { readRecord } from "./read_play.ts";

/** The most records in a message, and the most that are kept while no server takes them. */
const BATCH = 200;
const MOST = 50_000;

/** What is known of a play before it has its number. */
export type Play = Pick<PlayRecord, Exclude<keyof PlayRecord, "n">>;

interface Counter {
  stream: string;
  last: number;
}

/** Play records, numbered without gaps and kept until the server has stored them. */
export class Journal {
  private unkept: PlayRecord[] = [];
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly database: Database,
    private counter: Counter,
    private open: PlayRecord[],
  ) {}

  static async load(database: Database): Promise<Journal> {
    const counting = database.read<Counter>("setting", "plays").catch(() => undefined);
    const [counter, kept] = await Promise.all([counting, database.all<unknown>("play").catch(() => [] as unknown[])]);
    const open = kept.map(readRecord).filter((record) => record !== null) as PlayRecord[];
    if (counter && isText(counter.stream) && isNumber(counter.last, 0, Number.MAX_SAFE_INTEGER)) {
      // Records that outlived their counter's last step: no number may be used again.
      const last = open.reduce((most, record) => Math.max(most, record.n), counter.last);
      return new Journal(database, { stream: counter.stream, last }, open);
    }
    // Without its counter nobody can tell which numbers were used: a new stream, and what was left goes with it.
    const journal = new Journal(database, { stream: randomUuid(), last: 0 }, []);
    await database.write(open.map((record) => ({ table: "play" as const, key: record.n }))).catch(() => undefined);
    for (const record of open) await journal.add(record);
    return journal;
  }

  get stream(): string {
    return this.counter.stream;
  }

  /** Resolves when the record is kept. One that finds no room waits in memory and is not sent until it is kept. */
  add(play: Play): Promise<void> {
    const record: PlayRecord = Object.assign({}, play, { n: this.counter.last + 1 });
    this.counter = { stream: this.counter.stream, last: record.n };
    this.unkept.push(record);
    this.writing = this.writing.then(() => this.keep());
    return this.writing;
  }

  /** Whether a play is written down and not acknowledged yet. */
  has(play: Play): boolean {
    return this.open.some((record) => record.from === play.from && record.until === play.until && record.item === play.item);
  }

  /** The oldest records that nobody has acknowledged. */
  batch(): PlayRecord[] {
    return this.open.slice(0, BATCH);
  }

  /** The server has stored everything up to `n` of a stream. */
  async acknowledge(stream: string, n: number): Promise<void> {
    if (stream !== this.counter.stream) return;
    const stored = this.open.filter((record) => record.n <= n);
    this.open = this.open.filter((record) => record.n > n);
    await this.database.write(stored.map((record) => ({ table: "play" as const, key: record.n }))).catch(() => undefined);
  }

  /** A device that was revoked or forgets itself leaves its records behind. */
  async clear(): Promise<void> {
    const old = this.open;
    this.open = [];
    this.counter = { stream: randomUuid(), last: 0 };
    await this.database.write([...old.map((record) => ({ table: "play" as const, key: record.n })), { table: "setting" as const, key: "plays" }]);
  }

  private async keep(): Promise<void> {
    const records = this.unkept.slice();
    const last = records[records.length - 1];
    if (!last) return;
    // Number and record in one transaction: neither is ever there without the other, so no number is used twice.
    const changes: Change[] = records.map((record) => ({ table: "play" as const, key: record.n, value: record }));
    changes.push({ table: "setting", key: "plays", value: { stream: this.counter.stream, last: last.n } });
    try {
      await this.database.write(changes);
    } catch (full) {
      return;
    }
    this.unkept = this.unkept.filter((record) => record.n > last.n);
    this.open = this.open.concat(records);
    const surplus = this.open[this.open.length - MOST - 1];
    if (surplus) await this.acknowledge(this.counter.stream, surplus.n);
  }
}
