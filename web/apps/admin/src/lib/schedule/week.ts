/** The week as blocks in a grid of days and minutes. Pure; all moments in Unix milliseconds, days in a zone. */
import { occurrences, type Id, type Schedule, type Slot } from "@signboard/api";
import { addDays, civilMs, fromCivil, toCivil } from "@signboard/ui/zone";

export interface Span {
  from: number;
  until: number;
}

/** One piece of an occurrence within a day. */
export interface Block extends Span {
  row: Id;
  day: number;
  /** Minutes of the wall clock. */
  start: number;
  end: number;
  /** Side by side with others: which column of how many. */
  column: number;
  columns: number;
}

/** An occurrence of a day or more, as a bar over the days that it touches. */
export interface Bar extends Span {
  row: Id;
  /** Days, both included, with the part of the first and last that it covers. */
  first: number;
  last: number;
  line: number;
}

const DAY_MINUTES = 1440;
const LONG_MS = 24 * 3_600_000 - 1;

/** The moments at which the eight midnights around a week's days lie. */
export function midnights(monday: string, zone: string): number[] {
  return Array.from({ length: 8 }, (_, day) => fromCivil(`${addDays(monday, day)}T00:00:00`, zone));
}

function minuteOf(ms: number, date: string, zone: string): number {
  return Math.min(DAY_MINUTES, Math.max(0, Math.round((civilMs(toCivil(ms, zone)) - civilMs(date)) / 60_000)));
}

export function weekOf(rows: readonly Schedule[], monday: string, zone: string): { blocks: Block[]; bars: Bar[] } {
  const edges = midnights(monday, zone);
  const [start, end] = [edges[0]!, edges[7]!];
  const blocks: Block[] = [];
  const bars: Bar[] = [];
  for (const row of rows) {
    for (const span of occurrences(row.when, zone, start, end)) {
      if (span.until - span.from >= LONG_MS) {
        const first = Math.max(0, edges.findLastIndex((edge) => edge <= span.from));
        const after = edges.findIndex((edge) => edge >= span.until);
        bars.push({ row: row.id, from: span.from, until: span.until, first, last: after < 0 ? 6 : Math.max(first, after - 1), line: 0 });
        continue;
      }
      for (let day = 0; day < 7; day++) {
        const from = Math.max(span.from, edges[day]!);
        const until = Math.min(span.until, edges[day + 1]!);
        if (from >= until) continue;
        const date = addDays(monday, day);
        blocks.push({ row: row.id, from, until, day, start: minuteOf(from, date, zone), end: until === edges[day + 1] ? DAY_MINUTES : minuteOf(until, date, zone), column: 0, columns: 1 });
      }
    }
  }
  return { blocks: sideBySide(blocks), bars: stacked(bars) };
}

/** Gives blocks that overlap within a day columns of their own. */
export function sideBySide(blocks: readonly Block[]): Block[] {
  const done: Block[] = [];
  for (let day = 0; day < 7; day++) {
    let cluster: Block[] = [];
    let reach = -1;
    const settle = () => {
      const columns = Math.max(0, ...cluster.map((block) => block.column)) + 1;
      done.push(...cluster.map((block) => ({ ...block, columns })));
      cluster = [];
    };
    for (const block of blocks.filter((one) => one.day === day).sort((a, b) => a.start - b.start || b.end - a.end)) {
      if (block.start >= reach) settle();
      const taken = new Set(cluster.filter((one) => one.end > block.start).map((one) => one.column));
      let column = 0;
      while (taken.has(column)) column++;
      cluster.push({ ...block, column });
      reach = Math.max(reach, block.end);
    }
    settle();
  }
  return done;
}

function stacked(bars: readonly Bar[]): Bar[] {
  const done: Bar[] = [];
  for (const bar of [...bars].sort((a, b) => a.first - b.first || b.last - a.last)) {
    const taken = new Set(done.filter((one) => one.first <= bar.last && bar.first <= one.last).map((one) => one.line));
    let line = 0;
    while (taken.has(line)) line++;
    done.push({ ...bar, line });
  }
  return done;
}

/** The parts of a span in which its row is really on the screen, as shares of the span from 0 to 1. */
export function visibleParts(row: Id, span: Span, slots: readonly Slot[]): { from: number; until: number }[] {
  const length = span.until - span.from;
  return slots
    .filter((slot) => slot.row === row && slot.from < span.until && slot.until > span.from)
    .map((slot) => ({ from: (Math.max(slot.from, span.from) - span.from) / length, until: (Math.min(slot.until, span.until) - span.from) / length }));
}
