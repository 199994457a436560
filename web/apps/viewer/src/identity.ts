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
  const kept = valid(await database.read<Identity>("setting", "identity").catch(() => undefined));
  const noted = valid(fromNotes(notes));
  const identity = kept || noted || { device: randomUuid(), secret: randomHex(32) };
  // A start that finds both writes nothing: waiting for a disk would only delay the first picture.
  if (!same(identity, noted)) note(identity, notes);
  if (!kept) await database.write([{ table: "setting", key: "identity", value: identity }]).catch(() => undefined);
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

function note(identity: Identity, notes: Notes): void {
  try {
    if (notes) notes.setItem(NAME, JSON.stringify(identity));
  } catch (full) {
    // The database has it too.
  }
}

function same(one: Identity, other: Identity | null): boolean {
  return other !== null && one.device === other.device && one.secret === other.secret;
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
