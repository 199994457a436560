/** The runs of one task or at one screen, asked for anew when the server says that they changed. */
import type { Id, Page, TaskRun } from "@signboard/api";
import { api } from "./api.ts";
import { onTasks } from "./live.svelte.ts";

type Source = { task: Id } | { screen: Id };

export class Runs {
  readonly #source: Source;
  readonly #limit: number;
  /** Those due last first; none before they came. */
  items = $state.raw<TaskRun[] | null>(null);
  /** Whether there are more than these. */
  more = $state(false);

  constructor(source: Source, limit: number) {
    this.#source = source;
    this.#limit = limit;
  }

  async refresh(): Promise<void> {
    const filter = { limit: this.#limit };
    const ask: Promise<Page<TaskRun>> = "task" in this.#source ? api.taskRuns(this.#source.task, filter) : api.screenRuns(this.#source.screen, filter);
    // What was known stays where the question fails; the next event asks again.
    const page = await ask.catch(() => null);
    if (!page) return;
    this.items = page.items;
    this.more = page.next !== null;
  }

  /** Asks now and after each change. Returns how to stop. */
  watch(): () => void {
    void this.refresh();
    return onTasks((ids) => {
      const source = this.#source;
      if (ids === null || "screen" in source || ids.includes(source.task)) void this.refresh();
    });
  }
}
