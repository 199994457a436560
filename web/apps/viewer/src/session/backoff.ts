/** The time before the next attempt in milliseconds: 1 s, doubling to 30 s, varied by half. `chance` is from 0 to 1. */
export function backoff(attempt: number, chance: number): number {
  const base = Math.min(30_000, 1_000 * Math.pow(2, Math.min(attempt, 16)));
  return Math.round(base * (0.5 + chance));
}
