// How far the server's clock is ahead, from exchanges of `time` messages (docs/protocols/viewer-session.md section 2).

/** One exchange in milliseconds: t0 sent and t3 received by the local clock, t1 received and t2 sent by the server's. */
export interface Sample {
  t0: number;
  t1: number;
  t2: number;
  t3: number;
}

/** How many exchanges count. */
const KEPT = 8;

/** The offset of the exchange with the least delay among the last eight: server minus local; null without any. Of equal delays the newest counts. */
export function offsetOf(samples: Sample[]): number | null {
  let best: Sample | null = null;
  for (const sample of samples.slice(-KEPT)) if (!best || delayOf(sample) <= delayOf(best)) best = sample;
  return best && (best.t1 - best.t0 + (best.t2 - best.t3)) / 2;
}

/** Time on the way, both ways together. */
function delayOf(sample: Sample): number {
  return sample.t3 - sample.t0 - (sample.t2 - sample.t1);
}
