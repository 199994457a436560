import { expect, test } from "vitest";
import { FrameCount } from "./frame_count.ts";

function run(count: FrameCount, from: number, gaps: number[]): number {
  let at = from;
  for (const gap of gaps) count.frame((at += gap));
  return at;
}

const steady = (gap: number, times: number) => Array.from({ length: times }, () => gap);

test.each([60, 50, 30])("frames that come late are counted on a screen of %i Hz", (rate) => {
  const gap = 1000 / rate;
  const count = new FrameCount();
  let at = run(count, 0, steady(gap, 200));
  expect(count.dropped).toBe(0);
  at = run(count, at, [gap * 2, gap, gap * 4, gap]);
  expect(count.dropped).toBe(4);
  run(count, at, [60_000, gap]);
  expect(count.dropped).toBe(4);
});

test("a film's dropped frames count once, also when it is loaded anew", () => {
  let dropped = 3;
  const film = { getVideoPlaybackQuality: () => ({ droppedVideoFrames: dropped }) } as unknown as HTMLVideoElement;
  const count = new FrameCount();
  count.look([film]);
  count.look([film]);
  expect(count.dropped).toBe(3);
  dropped = 5;
  count.look([film]);
  expect(count.dropped).toBe(5);
  dropped = 1;
  count.look([film]);
  expect(count.dropped).toBe(6);
  count.look([]);
  count.look([film]);
  expect(count.dropped).toBe(7);
});

test("a browser that does not tell counts nothing for films", () => {
  const count = new FrameCount();
  count.look([{} as HTMLVideoElement]);
  expect(count.dropped).toBe(0);
});
