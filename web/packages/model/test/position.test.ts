import { describe, expect, it } from "vitest";
import { orderOf, position, type Program, type Shuffle } from "../src/index.ts";
import { vectors } from "./vectors.ts";

interface Case {
  title: string;
  durations_ms: number[];
  shuffle: Shuffle | null;
  anchor: number;
  orders?: { cycle: number; items: number[] }[];
  positions: { at: number; position: { index: number; offset_ms: number; cycle: number } | null }[];
}

function programOf(one: Case): Program {
  const item = (duration_ms: number, index: number) => ({ id: String(index), kind: "standby" as const, duration_ms, transition: { kind: "cut" as const, ms: 0 } });
  return { items: one.durations_ms.map(item), shuffle: one.shuffle };
}

const cases = vectors<Case>("position");

describe("position", () => {
  it("has its cases", () => expect(cases.length).toBeGreaterThanOrEqual(11));

  it.each(cases)("%s", (_file, one) => {
    const program = programOf(one);
    for (const wanted of one.positions) {
      const got = position(program, one.anchor, wanted.at);
      const same = got && { index: got.index, offset_ms: got.offset, cycle: got.cycle };
      expect(same, `${one.title} at ${wanted.at}`).toEqual(wanted.position);
    }
    for (const order of one.orders || []) {
      expect(orderOf(one.shuffle as Shuffle, order.cycle), `${one.title}, round ${order.cycle}`).toEqual(order.items);
    }
  });

  it("keeps every item in every shuffled round", () => {
    const shuffle = { seed: "0192f3a4-5b6c-7d8e-9fa0-b1c2d3e4f506", blocks: [[0, 1], [2], [3, 4, 5], [6]] };
    const orders = new Set<string>();
    for (let cycle = -50; cycle < 200; cycle++) {
      const order = orderOf(shuffle, cycle);
      expect(order.slice().sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
      expect(order.indexOf(1)).toBe(order.indexOf(0) + 1);
      orders.add(order.join());
    }
    expect(orders.size).toBe(24);
  });
});
