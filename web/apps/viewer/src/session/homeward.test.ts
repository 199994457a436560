import { expect, test } from "vitest";
import { Memory } from "../store/memory.ts";
import { Homeward } from "./homeward.ts";
import { Roads } from "./roads.ts";

const place = (id: string) => ({ id, name: id, roots: [`http://${id}/`] });

function bench() {
  const roads = new Roads("http://main/", new Memory());
  roads.learn("main", [place("main"), place("backup")]);
  const state = { well: true, asked: [] as string[], gone: 0 };
  const homeward = new Homeward(
    roads,
    (root) => {
      state.asked.push(root);
      return Promise.resolve(state.well);
    },
    () => void state.gone++,
    () => 0.5,
  );
  const until = async (from: number, to: number) => {
    for (let now = from; now <= to; now += 1_000) {
      homeward.look(now);
      await Promise.resolve();
    }
  };
  return { roads, homeward, state, until };
}

test("at home nobody is asked", async () => {
  const { state, until } = bench();
  await until(100_000, 200_000);
  expect(state.asked).toEqual([]);
});

test("returns when home was well for five minutes, and some time after that", async () => {
  const { roads, state, until } = bench();
  roads.next();
  await until(100_000, 699_000);
  expect([state.gone, state.asked[0]]).toEqual([0, "http://main/"]);
  await until(700_000, 705_000);
  expect(state.gone).toBe(1);
});

test("a server that fails meanwhile begins anew", async () => {
  const { roads, state, until } = bench();
  roads.next();
  await until(100_000, 300_000);
  state.well = false;
  await until(301_000, 340_000);
  state.well = true;
  await until(341_000, 900_000);
  expect(state.gone).toBe(0);
});

test("moved by a person, it goes within seconds", async () => {
  const { roads, homeward, state, until } = bench();
  expect(roads.learn("main", [place("backup"), place("main")])).toBe(true);
  homeward.moved();
  await until(100_000, 105_000);
  expect([state.gone, state.asked[0]]).toEqual([1, "http://backup/"]);
});

test("a server can say that it goes faster", async () => {
  const { roads, homeward, state, until } = bench();
  homeward.pace(2, 2);
  homeward.pace();
  roads.next();
  await until(100_000, 102_000);
  expect(state.gone).toBe(0);
  await until(103_000, 104_000);
  expect([state.asked.length > 1, state.gone]).toEqual([true, 1]);
});
