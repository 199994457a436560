// Where in a program a screen stands at an instant: a function of time alone, so that screens agree without talking.
// Section 3 of docs/protocols/viewer-session.md; golden cases in vectors/position, which the server runs too.
import type { Program, Shuffle } from "./plan.ts";

/** A place in a program. */
export interface Position {
  /** of the item in `program.items` */
  index: number;
  /** how long the item has stood, milliseconds */
  offset: number;
  /** the how-manieth round since the anchor, from 0; negative before it */
  cycle: number;
}

/** The place at an instant; null if the program is empty or takes no time. Times are Unix milliseconds. */
export function position(program: Program, anchor: number, at: number): Position | null {
  const { items, shuffle } = program;
  let length = 0;
  for (const item of items) length += item.duration_ms;
  if (!(length > 0)) return null;
  const cycle = Math.floor((at - anchor) / length);
  let left = at - anchor - cycle * length;
  const order = shuffle && orderOf(shuffle, cycle);
  for (let place = 0; place < items.length; place++) {
    const index = order ? (order[place] as number) : place;
    const item = items[index];
    if (!item) return null;
    if (left < item.duration_ms) return { index, offset: left, cycle };
    left -= item.duration_ms;
  }
  return null;
}

/** The indexes of the items in the order of this round: Fisher-Yates from the end over the blocks. */
export function orderOf(shuffle: Shuffle, cycle: number): number[] {
  const blocks = shuffle.blocks.slice();
  let state = fnv1a(`${shuffle.seed}:${cycle}`) || 1;
  for (let last = blocks.length - 1; last > 0; last--) {
    state = xorshift(state);
    const drawn = state % (last + 1);
    const block = blocks[last] as number[];
    blocks[last] = blocks[drawn] as number[];
    blocks[drawn] = block;
  }
  return ([] as number[]).concat(...blocks);
}

/** FNV-1a with 32 bits over ASCII text. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place++) hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193);
  return hash >>> 0;
}

/** The next number after `state`, which is not 0 (Marsaglia 2003: 13, 17, 5). */
function xorshift(state: number): number {
  let next = state ^ (state << 13);
  next ^= next >>> 17;
  next ^= next << 5;
  return next >>> 0;
}
