/** Resolves at the first of the named events, rejects at `error` or after `limit` milliseconds. */
export function until(target: EventTarget, events: string[], limit: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => finish(resolve);
    const broken = () => finish(() => reject(new Error("the file cannot be played")));
    const late = setTimeout(() => finish(() => reject(new Error(`no ${events[0]} within ${limit} ms`))), limit);
    function finish(then: () => void): void {
      clearTimeout(late);
      for (const event of events) target.removeEventListener(event, done);
      target.removeEventListener("error", broken);
      then();
    }
    for (const event of events) target.addEventListener(event, done);
    target.addEventListener("error", broken);
  });
}

/** `promise`, or undefined after `limit` milliseconds. */
export function atMost<T>(promise: Promise<T>, limit: number): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => resolve(undefined), limit);
    promise.then(
      (value) => {
        clearTimeout(late);
        resolve(value);
      },
      (error) => {
        clearTimeout(late);
        reject(error);
      },
    );
  });
}
