import { App } from "./app.ts";
import { loadIdentity, type Notes } from "./identity.ts";
import { rootOf } from "./place.ts";
import { monotonic, SessionClock } from "./session/session_clock.ts";
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

async function main(): Promise<void> {
  const notes = notesOf();
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
  const identity = await loadIdentity(database, notes);
  const host = document.getElementById("stage") as HTMLElement;
  app = await App.open({ host, root: rootOf(location.href), database, notes, identity, persistent, token }, new SessionClock(monotonic(), notes));
  if (renewed) app.renew();
  await app.run();
}

main().catch((error: Error) => {
  // Nothing could be started: say so in words and try again, for a dark screen helps nobody.
  const node = document.getElementById("boot");
  if (node) node.textContent = error.message;
  setTimeout(() => location.reload(), 30_000);
});
