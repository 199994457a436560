import { goto } from "$app/navigation";
import { attempt } from "@signboard/ui";
import { api } from "$lib/data/api.ts";
import { forget } from "$lib/data/session.svelte.ts";

/** Ends the session and forgets everything that this page holds of it. */
export async function signOut(): Promise<void> {
  if (!(await attempt(() => api.signOut()))) return;
  forget();
  await goto("/sign-in");
  location.reload();
}
