/** What a promise brings, if it does within `limit` milliseconds. */
export function within<T>(limit: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`nothing came for ${Math.round(limit / 1000)} s`)), limit);
    promise.then(resolve, reject).then(() => clearTimeout(late));
  });
}

/**
 * Fetches, and reads of the answer what `read` wants, all within `limit` milliseconds; after that it rejects as it does where nobody
 * answers. Browsers themselves wait for minutes where packets vanish, and for ever where the other side merely says nothing.
 */
export function request<T>(address: string, init: RequestInit, limit: number, read: (response: Response) => Promise<T>): Promise<T> {
  // Chrome 66 and later: gives the connection back, of which browsers allow six to a server.
  const Control = typeof AbortController === "undefined" ? null : AbortController;
  const control = Control && new Control();
  let over = false;
  const answered = fetch(address, control ? Object.assign({ signal: control.signal }, init) : init).then((response) => {
    if (!over) return read(response);
    if (response.body) response.body.cancel().catch(() => undefined);
    throw new Error("nobody waits for it any more");
  });
  return within(limit, answered).catch((error) => {
    over = true;
    if (control) control.abort();
    throw error;
  });
}
