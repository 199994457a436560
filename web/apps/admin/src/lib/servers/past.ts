/** The last day of a server as a line: where it runs in a drawing, and where the two were not connected. */
import type { ServerSample } from "@signboard/api";

export const DAY_MS = 86_400_000;

export interface Drawing {
  /** Points of the line for `<polyline>`; several where nothing was measured in between. */
  lines: string[];
  /** From and until, as parts of the width, where the two were not connected. */
  cuts: [number, number][];
  /** The most that waited. */
  most: number;
}

/** Draws the day that ends at `until` in a box of this width and height. What waited is drawn against `scale`, the most of all servers. */
export function drawing(samples: readonly ServerSample[], until: number, stepMs: number, width: number, height: number, scale: number): Drawing {
  const from = until - DAY_MS;
  const x = (at: number) => Math.round(((at - from) / DAY_MS) * width * 10) / 10;
  const y = (value: number) => Math.round((height - 1 - (scale > 0 ? value / scale : 0) * (height - 2)) * 10) / 10;
  const seen = samples.filter((sample) => sample.at + stepMs > from && sample.at < until);
  const lines: string[][] = [];
  const cuts: [number, number][] = [];
  let last = -Infinity;
  for (const sample of seen) {
    // Between two samples lies one step; a longer time was not measured.
    if (sample.at - last > stepMs * 1.5) lines.push([]);
    last = sample.at;
    lines.at(-1)?.push(`${x(Math.max(sample.at, from))},${y(sample.pending_out ?? scale)}`);
    if (!sample.connected) {
      const [start, end] = [x(Math.max(sample.at, from)), x(Math.min(sample.at + stepMs, until))];
      const before = cuts.at(-1);
      if (before && before[1] >= start) before[1] = end;
      else cuts.push([start, end]);
    }
  }
  return { lines: lines.map((points) => points.join(" ")), cuts, most: Math.max(0, ...seen.map((sample) => sample.pending_out ?? 0)) };
}
