import { randomHex, randomUuid } from "./random.ts";
import type { Database } from "./store/database.ts";

/** Who this browser is to the server. */
export interface Identity {
  device: string;
  secret: string;
}

/** The part of localStorage that is needed; null where the browser forbids it. */
export type Notes = Pick<Storage, "getItem" | "setItem" | "removeItem"> | null;

const NAME = "signboard-identity";

/** The identity that is kept, else a new one. It is kept in two places, since televisions clear either at times. */
export async function loadIdentity(database: Database, notes: Notes): Promise<Identity> {
  const kept = valid(await database.read<Identity>("setting", "identity").catch(() => undefined)) || valid(fromNotes(notes));
  const identity = kept || { device: randomUuid(), secret: randomHex(32) };
  await keep(identity, database, notes);
  return identity;
}

/** Forgets who this browser was. */
export async function forgetIdentity(database: Database, notes: Notes): Promise<void> {
  try {
    if (notes) notes.removeItem(NAME);
  } catch (forbidden) {
    // Nothing was kept there then.
  }
  await database.write([{ table: "setting", key: "identity" }]);
}

async function keep(identity: Identity, database: Database, notes: Notes): Promise<void> {
  try {
    if (notes) notes.setItem(NAME, JSON.stringify(identity));
  } catch (full) {
    // The database has it too.
  }
  await database.write([{ table: "setting", key: "identity", value: identity }]).catch(() => undefined);
}

function fromNotes(notes: Notes): unknown {
  try {
    return JSON.parse((notes && notes.getItem(NAME)) || "null");
  } catch (unreadable) {
    return null;
  }
}

function valid(found: unknown): Identity | null {
  const identity = found as Identity | null | undefined;
  if (!identity || typeof identity.device !== "string" || typeof identity.secret !== "string") return null;
  return /^[0-9a-f-]{36}$/.test(identity.device) && /^[0-9a-f]{64}$/.test(identity.secret) ? { device: identity.device, secret: identity.secret } : null;
}
