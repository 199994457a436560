/** The presentation that is being edited: its body with undo, what is selected, and the saving of the draft. */
import { Failure, type Body, type BodyPage, type Element, type Id } from "@signboard/api";
import { api } from "$lib/data/api.ts";
import { keep } from "$lib/presentations/bodies.svelte.ts";
import type { Command } from "./commands/command.ts";
import { type History, redo, run, start, undo } from "./history.ts";

export type Saving = "saved" | "waiting" | "saving" | "failed" | "conflict";

const DEBOUNCE_MS = 700;
const RETRY_MS = 4000;

export class Draft {
  readonly id: Id;
  #history: History = $state.raw(start({ version: 1, canvas: { width: 1920, height: 1080 }, pages: [] }));
  #page = $state("");
  selected = $state<string[]>([]);
  saving = $state<Saving>("saved");
  loaded = $state(false);
  /** Hash of the last saved body. */
  #version = "none";
  #saved: Body | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(id: Id) {
    this.id = id;
  }

  get body(): Body {
    return this.#history.present;
  }

  get page(): BodyPage {
    return (this.body.pages.find((page) => page.id === this.#page) ?? this.body.pages[0]) as BodyPage;
  }

  get version(): string {
    return this.#version;
  }

  get chosen(): Element[] {
    return this.page.elements.filter((element) => this.selected.includes(element.id));
  }

  get canUndo(): boolean {
    return this.#history.past.length > 0;
  }

  get canRedo(): boolean {
    return this.#history.future.length > 0;
  }

  async load(): Promise<void> {
    const { value, version } = await api.draft(this.id);
    this.#history = start(value);
    this.#saved = value;
    this.#version = version ?? "none";
    if (version) keep(version, value);
    this.#page = value.pages[0]?.id ?? "";
    this.selected = [];
    this.saving = "saved";
    this.loaded = true;
  }

  /** Somebody else saved: taken over while there is nothing of ours to lose. */
  async follow(hash: string | null): Promise<void> {
    if (!hash || hash === this.#version || this.saving !== "saved" || !this.loaded) return;
    const page = this.#page;
    await this.load();
    this.show(page);
  }

  show(page: string): void {
    this.#page = page;
    this.selected = [];
  }

  run(command: Command): void {
    this.#take(run(this.#history, command, Date.now()));
  }

  undo(): void {
    this.#take(undo(this.#history));
  }

  redo(): void {
    this.#take(redo(this.#history));
  }

  #take(history: History): void {
    if (history === this.#history) return;
    this.#history = history;
    const alive = new Set(this.page.elements.map((element) => element.id));
    if (this.selected.some((id) => !alive.has(id))) this.selected = this.selected.filter((id) => alive.has(id));
    if (this.saving === "conflict") return;
    this.saving = "waiting";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), DEBOUNCE_MS);
  }

  /** Saves now. `over`: also over what somebody else saved in between. */
  async save(over = false): Promise<void> {
    clearTimeout(this.#timer);
    if (this.saving === "saving") return;
    const body = this.body;
    if (body === this.#saved && !over) {
      this.saving = "saved";
      return;
    }
    this.saving = "saving";
    try {
      if (over) this.#version = (await api.draft(this.id)).version ?? "none";
      const { version, value } = await api.saveDraft(this.id, body, this.#version);
      
      this.#version = version ?? value.draft;
      this.#saved = body;
      keep(this.#version, body);
      this.saving = "saved";
      if (body !== this.body) await this.save();
    } catch (reason) {
      const conflict = reason instanceof Failure && reason.conflict;
      this.saving = conflict ? "conflict" : "failed";
      if (!conflict) this.#timer = setTimeout(() => void this.save(), RETRY_MS);
    }
  }

  /** Throws away what is here and shows what was saved by somebody else. */
  async takeTheirs(): Promise<void> {
    await this.load();
  }

  close(): void {
    clearTimeout(this.#timer);
    if (this.saving === "waiting" || this.saving === "failed") void this.save();
  }
}
