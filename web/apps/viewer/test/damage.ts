// Values that were damaged on their way, the same ones at every run: what a player may find in a message or in a storage.

/** Values that stand where others were expected. */
const ODD: unknown[] = [null, true, false, 0, -1, 0.5, 1e308, -1e308, "", "x", "constructor", "../../api", "\u0000", [], {}, [[]], [null], { length: 3 }, "9".repeat(400)];

type Holder = { [name: string]: unknown };

/** Numbers from 0 below `limit`, by xorshift (Marsaglia 2003: 13, 17, 5). */
export function drawing(seed: number): (limit: number) => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    return state % limit;
  };
}

/** A copy of a JSON value in which one to three places were replaced, removed, doubled or moved. */
export function damaged<T>(value: T, seed: number): unknown {
  const draw = drawing(seed);
  const copy = { root: structuredClone(value) as unknown };
  for (let times = 1 + draw(3); times > 0; times--) {
    const places = placesOf(copy);
    const [holder, name] = places[draw(places.length)] as [Holder, string];
    const [other, elsewhere] = places[draw(places.length)] as [Holder, string];
    switch (draw(5)) {
      case 0:
        if (holder !== copy) delete holder[name];
        break;
      case 1:
        holder[name] = structuredClone(other[elsewhere]);
        break;
      case 2:
        if (Array.isArray(holder)) holder.splice(Number(name), 0, structuredClone(holder[name]));
        else holder[`${name}2`] = holder[name];
        break;
      default:
        holder[name] = structuredClone(ODD[draw(ODD.length)]);
    }
  }
  return copy.root;
}

/** A text with some letters changed, lost or cut off. */
export function garbled(text: string, seed: number): string {
  const draw = drawing(seed);
  const at = draw(text.length + 1);
  switch (draw(3)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + String.fromCharCode(draw(0x250)) + text.slice(at + 1);
    default:
      return text.slice(0, at) + text.slice(at + 1 + draw(8));
  }
}

function placesOf(root: Holder): [Holder, string][] {
  const found: [Holder, string][] = [];
  const walk = (holder: Holder) => {
    for (const name of Object.keys(holder)) {
      found.push([holder, name]);
      const inner = holder[name];
      if (typeof inner === "object" && inner !== null) walk(inner as Holder);
    }
  };
  walk(root);
  return found;
}
