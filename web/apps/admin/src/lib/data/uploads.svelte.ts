/** The queue of uploads. It belongs to the app, not to a page: uploads go on while people work elsewhere. */
import { type Id, type Upload as State } from "@signboard/api";
import { Upload } from "tus-js-client";
import { client } from "./api.ts";
import type { Chosen, Handle as Lent } from "./chosen.ts";
import { media } from "./collection.svelte.ts";
import { leftOverOf, lookForLeftOver, takeOff } from "./left-over.svelte.ts";
import { onUploads } from "./live.svelte.ts";
import { Speed } from "./speed.ts";
import { forgetUpload, remember, tabName, type Unfinished } from "./unfinished.ts";

export interface Sending {
  key: number;
  name: string;
  bytes: number;
  sent: number;
  state: "waiting" | "sending" | "paused" | "checking" | "done" | "refused";
  /** Bytes in a second. */
  rate: number | null;
  /** Milliseconds that are left. */
  left: number | null;
  error: string | null;
  media: Id | null;
}

const AT_ONCE = 2;
/** Small enough that a cut line costs little, large enough to be quick. */
const CHUNK = 8 * 1024 * 1024;

export const uploads = $state<Sending[]>([]);

interface Handle {
  tus: Upload;
  speed: Speed;
  file: File;
  /** Id of the upload on the server, once it is known. */
  remote: string | null;
}
const handles = new Map<number, Handle>();
let count = 0;

/** Puts files into the queue, to end up in a folder of the library. What was cut off earlier goes on from where it stood. */
export function upload(chosen: readonly Chosen[], folder: Id | null): void {
  for (const { file, handle } of chosen) {
    const key = ++count;
    const was = leftOverOf(file);
    if (was) takeOff(was.url);
    uploads.push({ key, name: file.name, bytes: file.size, sent: 0, state: "waiting", rate: null, left: null, error: null, media: null });
    handles.set(key, { tus: begin(key, file, was?.folder ?? folder, handle, was), speed: new Speed(), file, remote: null });
  }
  pump();
}

function entry(key: number): Sending | undefined {
  return uploads.find((one) => one.key === key);
}

const NOTE_MS = 5000;

function begin(key: number, file: File, folder: Id | null, lent: Lent | null, was: Unfinished | undefined): Upload {
  let noted = 0;
  /** Writes down where the rest goes, now and then. */
  const note = (force: boolean) => {
    const now = Date.now();
    if (!tus.url || (!force && now - noted < NOTE_MS)) return;
    noted = now;
    void remember({ url: tus.url, name: file.name, bytes: file.size, modified: file.lastModified, folder, handle: lent ?? was?.handle ?? null, tab: tabName(), at: now });
  };
  const tus = new Upload(file, {
    endpoint: "/api/v1/uploads",
    chunkSize: CHUNK,
    retryDelays: [500, 1000, 3000, 5000, 10_000, 20_000],
    uploadUrl: was?.url,
    // It is remembered here, with more than tus-js-client would.
    storeFingerprintForResuming: false,
    onUploadUrlAvailable: () => note(true),
    metadata: { filename: file.name, ...(folder ? { folder } : {}) },
    onBeforeRequest: (request) => request.setHeader("X-CSRF-Token", client.csrf),
    onProgress: (sent) => {
      const one = entry(key);
      const handle = handles.get(key);
      if (!one || !handle) return;
      note(false);
      handle.speed.note(sent, performance.now());
      Object.assign(one, { sent, rate: handle.speed.perSecond, left: handle.speed.left(one.bytes) });
    },
    onSuccess: () => {
      const one = entry(key);
      const handle = handles.get(key);
      if (!one || !handle) return;
      one.state = "checking";
      handle.remote = tus.url?.split("/").at(-1) ?? null;
      if (tus.url) void forgetUpload(tus.url);
      void check(key);
      pump();
    },
    onError: (reason) => {
      const one = entry(key);
      if (one) Object.assign(one, { state: "refused", error: sentence(reason) });
      pump();
    },
  });
  return tus;
}

/** The server's own sentence where the answer holds one. */
function sentence(reason: Error & { originalResponse?: { getBody(): string } | null }): string {
  try {
    return (JSON.parse(reason.originalResponse?.getBody() ?? "") as { error: { message: string } }).error.message;
  } catch {
    return reason.message.split(",")[0] ?? reason.message;
  }
}

function pump(): void {
  let free = AT_ONCE - uploads.filter((one) => one.state === "sending").length;
  for (const one of uploads) {
    if (free <= 0) return;
    if (one.state !== "waiting") continue;
    free--;
    one.state = "sending";
    handles.get(one.key)?.tus.start();
  }
}

async function check(key: number): Promise<void> {
  const one = entry(key);
  const remote = handles.get(key)?.remote;
  if (!one || !remote || one.state !== "checking") return;
  const state = await client.get<State>(`/uploads/${remote}`).catch(() => null);
  if (state?.state === "done") {
    Object.assign(one, { state: "done", media: state.media });
    if (state.media) await media.touch(state.media, "insert");
  } else if (state?.state === "refused") Object.assign(one, { state: "refused", error: state.error?.message ?? "" });
}

/** Listens for the end of checks. Returns how to stop. */
export function startUploads(): () => void {
  const stop = onUploads((ids) => {
    for (const [key, handle] of handles) if (handle.remote && ids.includes(handle.remote)) void check(key);
  });
  // The event may have come before the answer to the last part, or while the stream was away.
  const timer = setInterval(() => uploads.filter((one) => one.state === "checking").forEach((one) => void check(one.key)), 3000);
  const busy = (url: string) => [...handles.values()].some((handle) => handle.tus.url === url);
  void lookForLeftOver(busy);
  // Other tabs are known to be gone when they have been silent for a while.
  const look = setInterval(() => void lookForLeftOver(busy), 40_000);
  const warn = (event: BeforeUnloadEvent) => uploads.some((one) => one.state === "sending" || one.state === "waiting") && event.preventDefault();
  addEventListener("beforeunload", warn);
  return () => {
    stop();
    clearInterval(timer);
    clearInterval(look);
    removeEventListener("beforeunload", warn);
  };
}

export async function pause(key: number): Promise<void> {
  const one = entry(key);
  if (!one) return;
  one.state = "paused";
  await handles.get(key)?.tus.abort();
  pump();
}

export function resume(key: number): void {
  const one = entry(key);
  if (one) Object.assign(one, { state: "waiting", error: null });
  pump();
}

/** Takes one out of the queue; what was sent of it is forgotten by the server too. */
export async function cancel(key: number): Promise<void> {
  const place = uploads.findIndex((one) => one.key === key);
  const unfinished = place >= 0 && uploads[place]?.state !== "done";
  if (place >= 0) uploads.splice(place, 1);
  const handle = handles.get(key);
  handles.delete(key);
  if (handle?.tus.url) await forgetUpload(handle.tus.url);
  if (unfinished) await handle?.tus.abort(true).catch(() => {});
  pump();
}

/** Takes the finished ones off the list. */
export function clearDone(): void {
  for (let place = uploads.length - 1; place >= 0; place--) if (uploads[place]?.state === "done") uploads.splice(place, 1);
}
