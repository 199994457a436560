/** The mock's tasks: runs that a test can carry on, and files that they brought. */
import { randomUUID } from "node:crypto";
import type { Destination } from "../src/schema/cells.ts";
import { type Task, type TaskRun, taskName } from "../src/schema/tasks.ts";
import { type Exchange, Refusal } from "./exchange.ts";
import type { Doc, Store } from "./store.ts";
import { viewersOf } from "./timetable.ts";

const DAY = 86_400_000;

export class Tasks {
  readonly runs: TaskRun[] = [];
  /** Files of runs, by their ids. */
  readonly files = new Map<string, Buffer>();
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Whether the call was one of these. */
  handle(exchange: Exchange): boolean {
    const { method, path } = exchange;
    const [noun, id = "", verb] = path;
    if (method === "GET" && noun === "tasks" && verb === "runs") this.#list(exchange, (run) => run.task === id);
    else if (method === "GET" && noun === "viewers" && verb === "tasks") this.#list(exchange, (run) => run.viewer === id);
    else if (method === "POST" && noun === "tasks" && verb === "cancel") exchange.send(200, this.#cancel(id));
    else if (method === "GET" && noun === "task-runs" && verb === "file") this.#file(exchange, id);
    else return false;
    return true;
  }

  /** Makes the runs of a task that is due now. */
  due(doc: Doc): TaskRun[] {
    const task = doc as unknown as Task;
    const { kind, destination } = task;
    if (!kind || !destination) return [];
    const runs = viewersOf(this.#store, destination as Destination).map((viewer): TaskRun => ({ id: randomUUID(), task: doc.id, viewer, kind, planned: Date.now(), expires: Date.now() + DAY, state: "waiting", progress: 0, started: null, ended: null, code: "", text: "", tried: [], file: null }));
    this.runs.unshift(...runs);
    this.#store.live({ tasks: [doc.id] });
    return runs;
  }

  /** Carries a run on, as a report of its screen does. */
  report(run: TaskRun, change: Partial<TaskRun>, file?: Buffer): void {
    Object.assign(run, change);
    if (file) this.files.set(run.id, file);
    this.#store.live({ tasks: [run.task] });
  }

  /** The runs of tasks that do this. */
  of(name: string): TaskRun[] {
    return this.runs.filter((run) => taskName(run.kind) === name);
  }

  #list(exchange: Exchange, wanted: (run: TaskRun) => boolean): void {
    const limit = Number(exchange.url.searchParams.get("limit") ?? 100);
    const items = this.runs.filter(wanted).slice(0, limit);
    exchange.send(200, { items, next: null, total: items.length });
  }

  #cancel(id: string): Doc {
    const doc = this.#store.find("tasks", id);
    if (!doc) throw new Refusal(404, "not_found", "There is no such task.");
    const open = this.runs.filter((run) => run.task === id && (run.state === "waiting" || run.state === "sent"));
    for (const run of open) Object.assign(run, { state: "cancelled", ended: Date.now() });
    this.#store.live({ tasks: [id] });
    return this.#store.change("tasks", doc, { cancelled_at: Date.now() });
  }

  #file(exchange: Exchange, id: string): void {
    const bytes = this.files.get(id);
    const run = this.runs.find((one) => one.id === id);
    if (!bytes || !run?.file) throw new Refusal(404, "not_found", "There is no such file.");
    exchange.response.writeHead(200, { "Content-Type": run.file.mime, "Content-Length": bytes.length });
    exchange.response.end(bytes);
  }
}
