interface Awake {
  wakeLock?: { request(kind: "screen"): Promise<unknown> };
}

/** Asks the browser not to let the panel sleep (W3C Screen Wake Lock); others than new ones over HTTPS cannot be asked. */
export function keepAwake(): void {
  const { wakeLock } = navigator as unknown as Awake;
  if (!wakeLock) return;
  const ask = () => {
    if (document.visibilityState === "visible") wakeLock.request("screen").catch(() => undefined);
  };
  document.addEventListener("visibilitychange", ask);
  ask();
}
