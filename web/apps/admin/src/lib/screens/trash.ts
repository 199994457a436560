/** Puts things into the trash, says so with an undo, and names the screens that could not be told. */
import type { Id, Noun, TakenDown } from "@signboard/api";
import { complain, t, tell } from "@signboard/ui";
import type { Collection } from "$lib/data/collection.svelte.ts";
import { clearedNote } from "./cleared.ts";

/** `name` is that of the only one; several are counted. Returns whether it went well. */
export async function trash<N extends Noun>(collection: Collection<N>, ids: readonly Id[], name: string): Promise<boolean> {
  const done: Id[] = [];
  const answers: (TakenDown | undefined)[] = [];
  let failure: unknown;
  for (const id of ids) {
    try {
      answers.push(await collection.remove(id));
      done.push(id);
    } catch (reason) {
      failure ??= reason;
    }
  }
  if (done.length > 0) {
    const note = clearedNote(answers);
    tell((ids.length === 1 ? t("trashed", { name }) : t("trashed.n", { n: done.length })) + note, {
      lasting: note !== "",
      undo: () => Promise.all(done.map((id) => collection.restore(id))),
    });
  }
  if (failure) complain(failure);
  return !failure;
}
