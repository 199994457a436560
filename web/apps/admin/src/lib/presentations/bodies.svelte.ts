/** Bodies by hash: they never change, so each is fetched once. */
import type { Body, Id } from "@signboard/api";
import { SvelteMap } from "svelte/reactivity";
import { api } from "$lib/data/api.ts";
import { presentations, revisions } from "$lib/data/collection.svelte.ts";

const bodies = new SvelteMap<string, Body>();
const asked = new Set<string>();

export function keep(hash: string, body: Body): void {
  bodies.set(hash, body);
}

function ask(hash: string, fetch: () => Promise<Body>): void {
  if (asked.has(hash)) return;
  asked.add(hash);
  void fetch().then(
    (body) => bodies.set(hash, body),
    () => asked.delete(hash),
  );
}

/** The draft of a presentation, once it is here. */
export function draftOf(id: Id): Body | undefined {
  const presentation = presentations.find(id);
  const hash = presentation?.draft;
  if (!hash) return undefined;
  const found = bodies.get(hash);
  if (!found) ask(hash, async () => (await api.draft(id)).value);
  return found;
}

/** The body of a revision, once it is here. */
export function bodyOfRevision(id: Id | null | undefined): Body | undefined {
  const revision = revisions.find(id);
  if (!revision) return undefined;
  const found = bodies.get(revision.body);
  if (!found) ask(revision.body, () => api.revisionBody(revision.id));
  return found;
}

/** What screens show of a presentation: the body of its head. */
export function publishedOf(id: Id): Body | undefined {
  return bodyOfRevision(presentations.find(id)?.head);
}

export type PublishState = "published" | "changed" | "draft" | "empty";

/** How the draft stands to what screens show. */
export function stateOf(id: Id): PublishState {
  const presentation = presentations.find(id);
  if (!presentation?.draft) return "empty";
  if (!presentation.head) return "draft";
  const head = revisions.find(presentation.head);
  return !head || head.body === presentation.draft ? "published" : "changed";
}
