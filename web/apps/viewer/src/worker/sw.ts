// The service worker: the shell and the media from the caches, so that a screen starts and plays without its server.
import { sliceOf } from "./range.ts";

declare const self: ServiceWorkerGlobalScope;
/** A sum over the shell's files; another sum is another worker, which fetches them anew. */
declare const SHELL_VERSION: string;
declare const SHELL_FILES: string[];

const SHELL = `signboard-shell-${SHELL_VERSION}`;
const MEDIA = "signboard-media";
/** Where `media/` and `viewer/` lie. */
const ROOT = self.registration.scope.replace(/viewer\/$/, "");

self.addEventListener("install", (event) => {
  const fresh = SHELL_FILES.map((file) => new Request(file, { cache: "reload", credentials: "same-origin" }));
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) => cache.addAll(fresh))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.indexOf("signboard-shell-") === 0 && name !== SHELL).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  if (request.method !== "GET") return;
  const path = request.url.replace(/[?#].*$/, "");
  if (path.indexOf(`${ROOT}media/`) === 0) event.respondWith(media(request, path));
  else if (path === self.registration.scope || path === `${self.registration.scope}index.html`) event.respondWith(shell(request, self.registration.scope));
  else if (SHELL_FILES.indexOf(path.slice(self.registration.scope.length)) >= 0) event.respondWith(shell(request, path));
});

/** A file of the shell. A new version comes as a whole with its own worker. */
function shell(request: Request, path: string): Promise<Response> {
  const key = path === self.registration.scope ? "./" : path;
  return caches
    .open(SHELL)
    .then((cache) => cache.match(key))
    .then((kept) => kept || fetch(request));
}

/** Blobs that were sliced lately: films are read in many small ranges, and each look into the cache copies the file. */
const recent: { path: string; blob: Blob }[] = [];

function media(request: Request, path: string): Promise<Response> {
  // The page's own downloads say "no-store": they want the server's bytes.
  if (request.cache === "no-store") return fetch(request);
  const range = request.headers.get("Range");
  const held = recent.filter((one) => one.path === path)[0];
  if (range && held) return Promise.resolve(answer(held.blob, range));
  return caches
    .open(MEDIA)
    .then((cache) => cache.match(path))
    .then((kept) => {
      if (!kept) return fetch(request);
      if (!range) return kept;
      return kept.blob().then((blob) => {
        recent.unshift({ path, blob });
        recent.splice(4);
        return answer(blob, range);
      });
    });
}

function answer(blob: Blob, range: string): Response {
  const headers: { [name: string]: string } = { "Content-Type": blob.type, "Accept-Ranges": "bytes" };
  const slice = sliceOf(range, blob.size);
  if (slice === "unsatisfiable") {
    headers["Content-Range"] = `bytes */${blob.size}`;
    return new Response(null, { status: 416, headers });
  }
  if (slice === null) {
    headers["Content-Length"] = String(blob.size);
    return new Response(blob, { status: 200, headers });
  }
  headers["Content-Range"] = `bytes ${slice.from}-${slice.to}/${blob.size}`;
  headers["Content-Length"] = String(slice.to - slice.from + 1);
  return new Response(blob.slice(slice.from, slice.to + 1, blob.type), { status: 206, headers });
}
