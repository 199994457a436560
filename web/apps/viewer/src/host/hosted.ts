/** Whether the page was opened by a native viewer, which serves it from loopback and keeps everything for it. */
export function isHosted(address: string): boolean {
  return /[?&]host(?:[&#]|$)/.test(address);
}
