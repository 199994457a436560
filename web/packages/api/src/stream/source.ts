/** The one connection of a browser to the live events, whoever holds it: the shared worker or the leading tab. */
import type { ChangeEvent, LiveEvent, StreamEvent } from "./message.ts";

/** Longer than the server's comment line every 15 s would be noticed by the browser itself; this only bounds the wait for a new try. */
const RETRY_MS = 3000;

/** Opens the stream and keeps it open; `missed` says that events may have been lost before. Returns how to close it. */
export function openSource(url: string, tell: (event: StreamEvent) => void, missed = false): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wasLost = missed;
  let closed = false;

  const open = () => {
    source = new EventSource(url);
    source.onopen = () => {
      tell({ type: "state", connected: true });
      // The browser resumes by Last-Event-ID on its own; a stream that had to be made anew knows no last event.
      if (wasLost) tell({ type: "resync" });
      wasLost = false;
    };
    source.onerror = () => {
      tell({ type: "state", connected: false });
      if (source?.readyState !== EventSource.CLOSED || closed) return;
      wasLost = true;
      timer = setTimeout(open, RETRY_MS);
    };
    source.addEventListener("change", (event) => tell({ type: "change", change: JSON.parse(event.data) as ChangeEvent }));
    source.addEventListener("live", (event) => tell({ type: "live", live: JSON.parse(event.data) as LiveEvent }));
    source.addEventListener("resync", () => tell({ type: "resync" }));
  };

  open();
  return () => {
    closed = true;
    clearTimeout(timer);
    source?.close();
  };
}
