/** `#rrggbb` or `#rrggbbaa` in a form that browsers before Chrome 62 know too; null if it is neither. */
export function css(colour: string | undefined | null): string | null {
  if (!colour) return null;
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})?$/i.exec(colour);
  if (!found) return null;
  const part = (index: number) => parseInt(found[index] as string, 16);
  if (found[4] === undefined) return colour;
  return `rgba(${part(1)}, ${part(2)}, ${part(3)}, ${Math.round((part(4) / 255) * 1000) / 1000})`;
}
