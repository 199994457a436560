/** Beyond this many seconds a film jumps; below it runs a little faster or slower. */
const JUMP = 0.25;
/** Differences below this are left alone. */
const CALM = 0.04;

/** Where a film of `length` seconds stands `position` milliseconds after its start, in seconds. */
export function filmTime(position: number, length: number, loop: boolean): number {
  const at = Math.max(0, position) / 1000;
  if (!(length > 0) || length === Infinity) return at;
  return loop ? at % length : Math.min(at, length);
}

/** How a film that stands at `is` comes to `should` (seconds). The end and the start of a loop are neighbours. */
export function pace(is: number, should: number, length: number, loop: boolean): { seek: boolean; rate: number } {
  let ahead = is - should;
  if (loop && length > 0 && length !== Infinity) {
    if (ahead > length / 2) ahead -= length;
    if (ahead < -length / 2) ahead += length;
  }
  if (Math.abs(ahead) > JUMP) return { seek: true, rate: 1 };
  if (Math.abs(ahead) < CALM) return { seek: false, rate: 1 };
  return { seek: false, rate: ahead > 0 ? 0.97 : 1.03 };
}
