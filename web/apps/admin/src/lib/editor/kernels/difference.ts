/** What differs between the published body and the draft, page by page, for people. Pure. */
import type { Body, BodyPage } from "@signboard/api";

export interface Difference {
  kind: "added" | "removed" | "changed" | "moved";
  name: string;
  place: number;
}

export function differences(before: Body | null, after: Body): Difference[] {
  const named = (page: BodyPage, place: number) => page.name || String(place + 1);
  if (!before) return after.pages.map((page, place) => ({ kind: "added", name: named(page, place), place }));
  const canvas = same(before.canvas, after.canvas);
  const list: Difference[] = [];
  const kept = before.pages.filter((page) => after.pages.some((one) => one.id === page.id)).map((page) => page.id);
  let rank = 0;
  for (const [place, page] of after.pages.entries()) {
    const old = before.pages.find((one) => one.id === page.id);
    if (!old) list.push({ kind: "added", name: named(page, place), place });
    else {
      if (!canvas || !same(old, page)) list.push({ kind: "changed", name: named(page, place), place });
      else if (kept[rank] !== page.id) list.push({ kind: "moved", name: named(page, place), place });
      rank++;
    }
  }
  for (const [place, page] of before.pages.entries()) if (!after.pages.some((one) => one.id === page.id)) list.push({ kind: "removed", name: named(page, place), place });
  return list;
}

/** Equal as the server stores it: the order of members does not count. */
export function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner && typeof inner === "object" && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}
