/** The shared worker: holds the stream for all tabs of this browser, as long as one of them listens. */
import type { StreamEvent } from "./message.ts";
import { openSource } from "./source.ts";

const ports = new Set<MessagePort>();
let state: StreamEvent = { type: "state", connected: false };
let close: (() => void) | null = null;

function tell(event: StreamEvent): void {
  if (event.type === "state") state = event;
  for (const port of ports) port.postMessage(event);
}

const scope = globalThis as unknown as { onconnect: (event: MessageEvent) => void };
scope.onconnect = (event) => {
  const port = event.ports[0];
  if (!port) return;
  port.onmessage = (message: MessageEvent<"listen" | "leave">) => {
    if (message.data === "listen") {
      ports.add(port);
      close ??= openSource("/api/v1/events", tell);
      port.postMessage(state);
    } else {
      ports.delete(port);
      if (ports.size > 0) return;
      close?.();
      close = null;
      state = { type: "state", connected: false };
    }
  };
};
