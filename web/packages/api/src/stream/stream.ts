/** Live events for this tab. However many tabs are open, the browser holds one connection: HTTP/1.1 allows six to a server. */
import { BEAT_MS, begin, hear, leads, lose, tick } from "./election.ts";
import type { StreamEvent } from "./message.ts";
import { openSource } from "./source.ts";

export type { ChangeEvent, LiveEvent, StreamEvent } from "./message.ts";

type Tell = (event: StreamEvent) => void;

/** Listens until the returned function is called. */
export function listen(tell: Tell): () => void {
  return typeof SharedWorker === "function" ? listenByWorker(tell) : listenByElection(tell);
}

function listenByWorker(tell: Tell): () => void {
  const worker = new SharedWorker(new URL("./worker.ts", import.meta.url), { type: "module", name: "signboard-events" });
  const leave = () => worker.port.postMessage("leave");
  const rejoin = (event: PageTransitionEvent) => event.persisted && worker.port.postMessage("listen");
  worker.port.onmessage = (event: MessageEvent<StreamEvent>) => tell(event.data);
  worker.port.postMessage("listen");
  addEventListener("pagehide", leave);
  addEventListener("pageshow", rejoin);
  return () => {
    leave();
    removeEventListener("pagehide", leave);
    removeEventListener("pageshow", rejoin);
    worker.port.close();
  };
}

/** The leader says with every beat whether it is connected: a tab that came later has not heard it become so. */
type Word = { lead: string; connected: boolean } | { close: string } | { event: StreamEvent };

function listenByElection(tell: Tell): () => void {
  const channel = new BroadcastChannel("signboard-events");
  let election = begin(`${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`, Date.now());
  let closeSource: (() => void) | null = null;
  let connected = false;

  const note = (event: StreamEvent) => {
    if (event.type === "state") connected = event.connected;
    tell(event);
  };
  const settle = () => {
    if (leads(election) && !closeSource) {
      const pass = (event: StreamEvent) => {
        note(event);
        channel.postMessage({ event } satisfies Word);
      };
      // Nobody listened until this tab took the lead, whoever led before.
      closeSource = openSource("/api/v1/events", pass, true);
    } else if (!leads(election) && closeSource) {
      closeSource();
      closeSource = null;
    }
  };

  channel.onmessage = ({ data }: MessageEvent<Word>) => {
    if ("lead" in data) {
      election = hear(election, data.lead, Date.now());
      if (!leads(election) && data.connected !== connected) note({ type: "state", connected: data.connected });
    } else if ("close" in data) election = lose(election, data.close, Date.now());
    else if (!leads(election)) note(data.event);
    settle();
  };
  const timer = setInterval(() => {
    election = tick(election, Date.now());
    settle();
    if (leads(election)) channel.postMessage({ lead: election.me, connected } satisfies Word);
  }, BEAT_MS);
  const close = () => {
    if (leads(election)) channel.postMessage({ close: election.me } satisfies Word);
    clearInterval(timer);
    closeSource?.();
    channel.close();
  };
  addEventListener("pagehide", close, { once: true });
  return close;
}
