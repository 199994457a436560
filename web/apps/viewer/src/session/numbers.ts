import { isList, isObject } from "@signboard/model";
import type { Database } from "../store/database.ts";

interface Kept {
  epoch: number;
  positions: { plan: string; position: unknown }[];
}

/** What this screen carries from one server to the next: the number of its session, by which servers know who is in charge, and what the server knew that
 * made its plan, so that another one that knows less gives no older plan. */
export class Numbers {
  private kept: Kept = { epoch: 0, positions: [] };

  constructor(private readonly database: Database) {}

  async recall(): Promise<void> {
    const found = await this.database.read<unknown>("setting", "numbers").catch(() => undefined);
    if (!isObject(found) || typeof found["epoch"] !== "number" || !isList(found["positions"], isObject)) return;
    this.kept = found as unknown as Kept;
  }

  /** The number of the next session: higher than any before, and at least the time, in seconds. */
  raise(now: number): number {
    this.kept.epoch = Math.max(this.kept.epoch + 1, Math.floor(now / 1_000));
    this.keep();
    return this.kept.epoch;
  }

  /** Servers know of a session with this number. */
  learn(epoch: number): void {
    if (epoch <= this.kept.epoch) return;
    this.kept.epoch = epoch;
    this.keep();
  }

  /** What the server knew that made a plan. Of two plans it is kept: the one in force, and the one that is being fetched. */
  note(plan: string, position: unknown): void {
    this.kept.positions = this.kept.positions.filter((one) => one["plan"] !== plan).slice(-1);
    this.kept.positions.push({ plan, position });
    this.keep();
  }

  /** What the server knew that made this plan; undefined if it did not say. */
  position(plan: string | null): unknown {
    const found = this.kept.positions.filter((one) => one["plan"] === plan)[0];
    return found && found.position;
  }

  private keep(): void {
    void this.database.write([{ table: "setting", key: "numbers", value: this.kept }]).catch(() => undefined);
  }
}
