/** Fills a phrase of the catalogue: `{name}` by a value, `{count|one|other}` by the form that the language wants for a number. */

export type Values = Record<string, string | number>;

export function fill(phrase: string, values: Values, language: string): string {
  return phrase.replace(/\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g, (whole, name: string, one?: string, other?: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    if (one === undefined || other === undefined) return typeof value === "number" ? new Intl.NumberFormat(language).format(value) : value;
    return new Intl.PluralRules(language).select(Number(value)) === "one" ? one : other;
  });
}

/** The names that a phrase asks for. */
export function asked(phrase: string): string[] {
  return [...new Set([...phrase.matchAll(/\{(\w+)/g)].map((match) => match[1] ?? ""))].sort();
}
