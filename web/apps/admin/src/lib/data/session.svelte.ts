/** Who is signed in, and the installation that they are signed in to. */
import type { Installation, Role, Session } from "@signboard/api";
import { speak } from "@signboard/ui";
import { api, client } from "./api.ts";

interface State {
  session: Session | null;
  installation: Installation | null;
}

export const signedIn = $state<State>({ session: null, installation: null });

const WEIGHT: Record<Role, number> = { observer: 0, editor: 1, administrator: 2 };

/** Takes a session over: its token for changes, its language. */
export async function enter(session: Session): Promise<void> {
  client.csrf = session.csrf;
  signedIn.session = session;
  speak(session.user.language, ...navigator.languages);
  signedIn.installation = await api.installation();
}

export function forget(): void {
  client.csrf = "";
  signedIn.session = null;
}

/** Whether the person has at least this role somewhere: what is offered; the server decides what is done. */
export function may(role: Role): boolean {
  return signedIn.session?.roles.some((grant) => WEIGHT[grant.role] >= WEIGHT[role]) ?? false;
}

/** The installation's zone, in which civil times count that name no other. */
export const homeZone = (): string => signedIn.installation?.zone ?? "UTC";
