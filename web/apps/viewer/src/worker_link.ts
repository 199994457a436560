/** How long a first start waits for the service worker, in milliseconds. */
const LIMIT = 6_000;

/**
 * Whether a service worker stands between page and network: then everything outlives reload and power-off. Only pages from
 * HTTPS with a trusted certificate, or from localhost, can have one.
 */
export async function startWorker(updated: () => void): Promise<boolean> {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (!container || typeof caches === "undefined") return false;
  const controlled = container.controller !== null;
  let before = controlled;
  container.addEventListener("controllerchange", () => {
    // The first worker takes the page in its care; each later one brings a newer shell.
    if (before) updated();
    before = true;
  });
  const registering = container.register("sw.js", { updateViaCache: "none" }).then((registration) => {
    setInterval(() => registration.update().catch(() => undefined), 3_600_000);
    return registration;
  });
  if (controlled) {
    registering.catch(() => undefined);
    return true;
  }
  const claimed = registering.then(() => container.ready).then(() => container.controller !== null || claim(container));
  return Promise.race([claimed.catch(() => false), new Promise<boolean>((resolve) => setTimeout(() => resolve(false), LIMIT))]);
}

function claim(container: ServiceWorkerContainer): Promise<boolean> {
  return new Promise((resolve) => container.addEventListener("controllerchange", () => resolve(true)));
}
