import { App } from "./app.ts";
import { isHosted } from "./host/hosted.ts";
import { loadIdentity, type Notes } from "./identity.ts";
import { rootOf } from "./place.ts";
import { monotonic, SessionClock } from "./session/session_clock.ts";
import { Memory } from "./store/memory.ts";
import { openDatabase } from "./store/open.ts";
import { Token } from "./token.ts";
import { startWorker } from "./worker_link.ts";

function notesOf(): Notes {
  try {
    return window.localStorage;
  } catch (forbidden) {
    return null;
  }
}

/** A native viewer keeps everything itself and knows who it is. */
async function runHosted(notes: Notes): Promise<void> {
  const token = { take: () => null, used: () => undefined };
  const start = { host: stage(), root: rootOf(location.href), database: new Memory(), notes, identity: Promise.resolve({ device: "", secret: "" }), level: "host" as const, token };
  await (await App.open(start, new SessionClock(monotonic(), null))).run();
}

function stage(): HTMLElement {
  return document.getElementById("stage") as HTMLElement;
}

async function main(): Promise<void> {
  const notes = notesOf();
  if (isHosted(location.href)) return runHosted(notes);
  const token = new Token(notes);
  let app: App | null = null;
  let renewed = false;
  const [database, persistent] = await Promise.all([
    openDatabase("signboard"),
    startWorker(() => {
      renewed = true;
      if (app) app.renew();
    }),
  ]);
  const identity = loadIdentity(database, notes);
  app = await App.open({ host: stage(), root: rootOf(location.href), database, notes, identity, level: persistent ? "persistent" : "page", token }, new SessionClock(monotonic(), notes));
  if (renewed) app.renew();
  await app.run();
}

main().catch((error: Error) => {
  // Nothing could be started: say so in words and try again, for a dark screen helps nobody.
  const node = document.getElementById("boot");
  if (node) node.textContent = error.message;
  setTimeout(() => location.reload(), 30_000);
});
