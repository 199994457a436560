import { type Command, onElements } from "./command.ts";

export type Order = "front" | "back" | "up" | "down";

/** Moves elements among the layers of their page. */
export function orderElements(page: string, ids: readonly string[], to: Order): Command {
  return {
    key: `order-elements ${to}`,
    apply: (body) =>
      onElements(body, page, (before) => {
        const chosen = before.filter((element) => ids.includes(element.id));
        const others = before.filter((element) => !ids.includes(element.id));
        if (to === "front") return [...others, ...chosen];
        if (to === "back") return [...chosen, ...others];
        const list = to === "up" ? [...before].reverse() : [...before];
        for (let place = 1; place < list.length; place++) {
          const here = list[place]!;
          const there = list[place - 1]!;
          if (ids.includes(here.id) && !ids.includes(there.id)) [list[place - 1], list[place]] = [here, there];
        }
        return to === "up" ? list.reverse() : list;
      }),
  };
}

/** Puts one element right above or below another, as dragged in the list of layers. */
export function insertElement(page: string, id: string, place: number): Command {
  return {
    key: "insert-element",
    apply: (body) =>
      onElements(body, page, (before) => {
        const element = before.find((one) => one.id === id);
        if (!element) return before;
        const rest = before.filter((one) => one.id !== id);
        return [...rest.slice(0, place), element, ...rest.slice(place)];
      }),
  };
}
