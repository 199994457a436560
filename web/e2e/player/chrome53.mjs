// What browsers learned after Chrome 53 (August 2016), taken away before a page's first script: the versions are those of MDN's compatibility tables.

/** Members by the object that has them, with the version that brought them. */
const LATER = {
  "globalThis": { AbortController: 66, AbortSignal: 66, BigInt: 67, BigInt64Array: 67, BroadcastChannel: 54, ResizeObserver: 64, OffscreenCanvas: 69, WeakRef: 84, FinalizationRegistry: 84, SharedArrayBuffer: 68, Atomics: 68, TextDecoderStream: 71, CompressionStream: 80, TransformStream: 67, WritableStream: 59, AggregateError: 85, queueMicrotask: 71, structuredClone: 98, reportError: 95, visualViewport: 61, cookieStore: 87, scheduler: 94, trustedTypes: 83, customElements: 54, crossOriginIsolated: 87 },
  "Object": { entries: 54, values: 54, getOwnPropertyDescriptors: 54, fromEntries: 73, hasOwn: 93, groupBy: 117 },
  "Array.prototype": { flat: 69, flatMap: 69, at: 92, findLast: 97, findLastIndex: 97, toSorted: 110, toReversed: 110, toSpliced: 110, with: 110, values: 66 },
  "Array": { fromAsync: 121 },
  "String.prototype": { padStart: 57, padEnd: 57, trimStart: 66, trimEnd: 66, matchAll: 73, replaceAll: 85, at: 92, isWellFormed: 111, toWellFormed: 111 },
  "Promise": { allSettled: 76, any: 85, withResolvers: 119, try: 128 },
  "Promise.prototype": { finally: 63 },
  "Map": { groupBy: 117 },
  "Set.prototype": { union: 122, intersection: 122, difference: 122, isSubsetOf: 122 },
  "Intl": { PluralRules: 63, RelativeTimeFormat: 71, ListFormat: 72, DisplayNames: 81, Segmenter: 87, Locale: 74 },
  "Intl.DateTimeFormat.prototype": { formatToParts: 57, formatRange: 76 },
  "Intl.NumberFormat.prototype": { formatToParts: 64, formatRange: 106 },
  "RegExp.prototype": { matchAll: 73, dotAll: 62, hasIndices: 90 },
  "Element.prototype": { append: 54, prepend: 54, before: 54, after: 54, replaceWith: 54, replaceChildren: 86, toggleAttribute: 69, getAttributeNames: 61, getAnimations: 84, checkVisibility: 105, setHTMLUnsafe: 124, computedStyleMap: 66, moveBefore: 133 },
  "CharacterData.prototype": { before: 54, after: 54, replaceWith: 54 },
  "Document.prototype": { append: 54, prepend: 54, replaceChildren: 86, getAnimations: 84, startViewTransition: 111, exitPictureInPicture: 69 },
  "DocumentFragment.prototype": { append: 54, prepend: 54, replaceChildren: 86 },
  "Node.prototype": { getRootNode: 54 },
  "DOMTokenList.prototype": { replace: 61 },
  "HTMLElement.prototype": { attachInternals: 77, showPopover: 114 },
  "HTMLImageElement.prototype": { decode: 64, loading: 77, decoding: 65 },
  "HTMLVideoElement.prototype": { requestVideoFrameCallback: 83, requestPictureInPicture: 69 },
  "HTMLCanvasElement.prototype": { transferControlToOffscreen: 69 },
  "CanvasRenderingContext2D.prototype": { roundRect: 99, reset: 99 },
  "Blob.prototype": { text: 76, arrayBuffer: 76, stream: 76, bytes: 132 },
  "Response": { json: 105 },
  "Request.prototype": { signal: 66 },
  "Headers.prototype": { getSetCookie: 113 },
  "IDBFactory.prototype": { databases: 72 },
  "IDBTransaction.prototype": { commit: 76, durability: 83 },
  "Crypto.prototype": { randomUUID: 92 },
  "Navigator.prototype": { storage: 55, wakeLock: 84, mediaSession: 73, locks: 69, clipboard: 66, scheduling: 87, userAgentData: 90, share: 61, usb: 61, hid: 89 },
  "Performance.prototype": { timeOrigin: 62, measureUserAgentSpecificMemory: 89 },
  "CSS": { registerProperty: 78 },
  "FontFace.prototype": { ascentOverride: 87, sizeAdjust: 92 },
  "MessageEvent.prototype": { userActivation: 72 },
  "URL": { canParse: 120, parse: 126 },
  "URLSearchParams.prototype": { size: 113 },
};

/** Every name that is taken away, as a path. */
export const TAKEN = Object.entries(LATER).flatMap(([holder, members]) => Object.entries(members).map(([name]) => `${holder}.${name}`));

/** Runs in the page, before its scripts. */
export function forget(paths) {
  for (const path of paths) {
    const steps = path.replace("globalThis.", "").split(".");
    const name = steps.pop();
    const holder = steps.reduce((at, step) => at && at[step], self);
    if (holder) delete holder[name];
  }
  // The name for the whole scope came with Chrome 71.
  delete self.globalThis;
}

/** Runs in the page: what of it is there nevertheless. */
export function remaining(paths) {
  return paths.filter((path) => {
    const steps = path.replace("globalThis.", "").split(".");
    const name = steps.pop();
    const holder = steps.reduce((at, step) => at && at[step], self);
    return holder && Object.prototype.hasOwnProperty.call(holder, name);
  });
}
