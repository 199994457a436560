/** What a wall clock shows. */
export interface CivilTime {
  year: number;
  /** 1 to 12 */
  month: number;
  day: number;
  /** 0 is Sunday */
  weekday: number;
  hour: number;
  minute: number;
  second: number;
}

/** The civil time of an instant (Unix milliseconds) at an offset in seconds east of UTC. */
export function civil(at: number, offset: number): CivilTime {
  const date = new Date(at + offset * 1000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}
