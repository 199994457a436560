/** The time in which a media file may be shown, Unix milliseconds; null and absent are without end. */
export interface Validity {
  hash: string;
  valid_from?: number | null;
  valid_until?: number | null;
}

export function isValid(file: Validity, at: number): boolean {
  const { valid_from: from, valid_until: until } = file;
  return (typeof from !== "number" || from <= at) && (typeof until !== "number" || at < until);
}

/** The stretch round `at` in which nothing about the files changes, within `from` and `until`. */
export function steady(files: Validity[], at: number, from: number, until: number): { from: number; until: number } {
  const stretch = { from, until };
  for (const file of files) {
    for (const edge of [file.valid_from, file.valid_until]) {
      if (typeof edge !== "number") continue;
      if (edge <= at) stretch.from = Math.max(stretch.from, edge);
      else stretch.until = Math.min(stretch.until, edge);
    }
  }
  return stretch;
}
