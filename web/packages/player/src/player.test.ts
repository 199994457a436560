import { beforeEach, expect, test, vi } from "vitest";
import { standby, type Moment, type Show } from "./moment.ts";
import { Player } from "./player.ts";
import type { Stage } from "./stage.ts";
import type { Surroundings } from "./surroundings.ts";
import type { View } from "./view.ts";

// The player needs of a document only nodes that can be nested and styled.
class Node {
  style: Record<string, string> = {};
  className = "";
  children: Node[] = [];
  parentNode: Node | null = null;
  offsetWidth = 0;
  appendChild(child: Node): void {
    child.parentNode = this;
    this.children.push(child);
  }
  removeChild(child: Node): void {
    this.children = this.children.filter((one) => one !== child);
    child.parentNode = null;
  }
}

interface Fake extends View {
  name: string;
  ready(): void;
  fail(): void;
  asked: number[];
  began: number | null;
  stopped: boolean;
}

function bench(items: { id: string; ms: number; fade?: number }[]) {
  const state = { now: 0 };
  const made: Fake[] = [];
  const log: string[] = [];
  const reports: string[] = [];
  const length = items.reduce((sum, item) => sum + item.ms, 0);
  const show: Show = {
    moment(at) {
      let start = Math.floor(at / length) * length;
      for (const item of items) {
        if (at < start + item.ms) return moment(item.id, start, start + item.ms, item.fade || 0);
        start += item.ms;
      }
      throw new Error("unreachable");
    },
  };
  const stage = { node: new Node(), area: { width: 1, height: 1 }, fit: () => undefined } as unknown as Stage;
  const make = (one: Moment): View => {
    let settle: { resolve(): void; reject(error: Error): void } = { resolve: () => undefined, reject: () => undefined };
    const view: Fake = {
      name: one.item ? one.item.id : "standby", node: new Node() as unknown as HTMLElement, asked: [], began: null, stopped: false,
      prepare(position) {
        view.asked.push(position);
        return new Promise((resolve, reject) => (settle = { resolve: () => resolve(), reject }));
      },
      start: (at) => void (view.began = at), tick: () => undefined, layout: () => undefined, stop: () => void (view.stopped = true),
      ready: () => settle.resolve(), fail: () => settle.reject(new Error("broken")),
    };
    made.push(view);
    return view;
  };
  const around = { now: () => state.now, report: (code: string) => void reports.push(code) } as unknown as Surroundings;
  const player = new Player(stage, around, make, {
    began: (one, at) => void log.push(`+${one.item ? one.item.id : "standby"} ${at}`),
    ended: (one, began, at) => void log.push(`-${one.item ? one.item.id : "standby"} ${began}..${at}`),
  });
  const at = async (now: number) => {
    state.now = now;
    player.tick();
    await Promise.resolve();
    await Promise.resolve();
  };
  const last = (name: string) => made.filter((view) => view.name === name).pop() as Fake;
  const visible = () => (stage.node as unknown as Node).children.filter((node) => node.style["opacity"] === "1").length;
  return { player, show, made, log, reports, at, last, visible, state };
}

function moment(id: string, start: number, end: number, fade: number): Moment {
  const transition = fade > 0 ? { kind: "fade" as const, ms: fade } : { kind: "cut" as const, ms: 0 };
  return { key: `${id}@${start}`, kind: "image", item: { id, kind: "image", duration_ms: end - start, transition, media: id }, row: "r", plan: "p", start, end, from: start, until: end };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", { createElement: () => new Node() });
  vi.stubGlobal("window", globalThis);
});

test("stands by until the first item is ready, joining it in its middle", async () => {
  const { player, show, log, at, last } = bench([{ id: "a", ms: 20_000 }]);
  player.play(show, false);
  await at(399);
  expect(log).toEqual([]);
  await at(400);
  expect(log).toEqual(["+standby 400"]);
  last("a").ready();
  await at(5_000);
  await at(5_016);
  expect(log).toEqual(["+standby 400", "-standby 400..5016", "+a 5016"]);
  expect(last("a").began).toBe(0);
});

test("what is kept here comes before any start page", async () => {
  const { player, show, made, log, at, last } = bench([{ id: "a", ms: 20_000, fade: 1000 }]);
  await at(0);
  player.play(show, false);
  last("a").ready();
  await at(100);
  await at(116);
  expect(log).toEqual(["+a 116"]);
  expect(made.map((view) => view.name)).toEqual(["a"]);
});

test("a start page appears although the clock is set back while it waits", async () => {
  const { log, at } = bench([{ id: "a", ms: 20_000 }]);
  await at(9_000);
  await at(1_000);
  expect(log).toEqual([]);
  await at(1_400);
  expect(log).toEqual(["+standby 1400"]);
});

test.each([
  ["hardly seen gives way by a cut", 3_000, undefined],
  ["that stood for long fades away", 8_000, "opacity 250ms linear"],
])("a start page %s", async (_, ready, transition) => {
  const { player, show, log, at, last } = bench([{ id: "a", ms: 20_000, fade: 1000 }]);
  player.play(show, false);
  await at(400);
  last("a").ready();
  await Promise.resolve().then(() => undefined).then(() => undefined);
  await at(ready);
  expect(log.slice(-1)).toEqual([`+a ${ready}`]);
  expect((last("a").node as unknown as Node).parentNode?.style["transition"]).toBe(transition);
});

test("prepares the next item before it is due and switches at its time, not earlier", async () => {
  const { player, show, log, at, last, visible } = bench([{ id: "a", ms: 20_000 }, { id: "b", ms: 20_000 }]);
  player.play(show, false);
  last("a").ready();
  await at(0);
  await at(16);
  await at(7_990);
  expect(last("b")).toBeUndefined();
  await at(8_100);
  expect(last("b").asked).toEqual([0]);
  last("b").ready();
  await at(19_999);
  expect(log.pop()).toBe("+a 16");
  await at(20_000);
  expect(log.pop()).toBe("+b 20000");
  expect(visible()).toBe(2);
  expect(last("a").stopped).toBe(false);
  vi.advanceTimersByTime(100);
  expect(visible()).toBe(1);
  expect(last("a").stopped).toBe(true);
});

test("what is not ready in time leaves the current item standing, and is reported", async () => {
  const { player, show, log, reports, at, last, visible } = bench([{ id: "a", ms: 5_000 }, { id: "b", ms: 5_000 }]);
  player.play(show, false);
  last("a").ready();
  await at(0);
  await at(16);
  await at(5_000);
  await at(6_000);
  expect(log[log.length - 1]).toBe("+a 16");
  expect(visible()).toBeGreaterThan(0);
  expect(reports).toEqual(["item.late"]);
  last("b").ready();
  await at(6_100);
  await at(6_116);
  expect(log.slice(-2)).toEqual(["-a 16..6116", "+b 6116"]);
});

test("a broken item is reported, tried again, and never shown", async () => {
  const { player, show, log, reports, at, last, made } = bench([{ id: "a", ms: 5_000 }, { id: "b", ms: 60_000 }]);
  player.play(show, false);
  last("a").ready();
  await at(0);
  await at(16);
  await at(32);
  last("b").fail();
  await at(5_000);
  await at(5_100);
  expect(reports).toContain("item.failed");
  expect(log[log.length - 1]).toBe("+a 16");
  await at(11_000);
  await at(11_016);
  expect(made.filter((view) => view.name === "b").length).toBe(2);
});

test("what is dropped before it was ready is stopped, and its failure is nobody's concern", async () => {
  const { player, show, reports, at, last } = bench([{ id: "a", ms: 5_000 }, { id: "b", ms: 5_000 }]);
  player.play(show, false);
  last("a").ready();
  await at(0);
  await at(16);
  await at(32);
  const dropped = last("b");
  player.play({ moment: () => moment("a", 0, 60_000, 0) }, false);
  await at(4_990);
  player.play({ moment: () => moment("c", 4_000, 60_000, 0) }, false);
  await at(5_000);
  expect(dropped.stopped).toBe(true);
  dropped.fail();
  await at(5_016);
  expect(reports).toEqual([]);
});

test("an urgent show takes the current item off the screen even if nothing else is ready", async () => {
  const { player, show, log, at, last } = bench([{ id: "a", ms: 60_000 }]);
  player.play(show, false);
  last("a").ready();
  await at(0);
  await at(16);
  player.play({ moment: () => moment("z", 1_000, 90_000, 0) }, true);
  await at(100);
  expect(log[log.length - 1]).toBe("+a 16");
  await at(400);
  expect(log.slice(-2)).toEqual(["-a 16..400", "+standby 400"]);
  last("z").ready();
  await at(416);
  await at(432);
  expect(log.slice(-2)).toEqual(["-standby 400..432", "+z 432"]);
});

test("what must leave at once is not seen through a fade", async () => {
  const { player, show, at, last, visible } = bench([{ id: "a", ms: 60_000 }]);
  player.play(show, false);
  last("a").ready();
  await at(0);
  await at(16);
  vi.advanceTimersByTime(100);
  player.play({ moment: () => moment("z", 1_000, 90_000, 900) }, true);
  last("z").ready();
  await at(30);
  await at(46);
  expect((last("z").node as unknown as Node).parentNode?.style).toMatchObject({ opacity: "1" });
  expect((last("z").node as unknown as Node).parentNode?.style["transition"]).toBeUndefined();
  vi.advanceTimersByTime(50);
  expect([visible(), last("a").stopped]).toEqual([1, true]);
});

test("an urgent show leaves alone what goes on in it", async () => {
  const { player, show, log, at, last } = bench([{ id: "a", ms: 60_000 }]);
  player.play(show, false);
  last("a").ready();
  await at(0);
  await at(16);
  player.play(show, true);
  await at(2_000);
  expect(log[log.length - 1]).toBe("+a 16");
});

test("a standby that nothing follows stays without a new start", async () => {
  const { player, log, at } = bench([{ id: "a", ms: 1_000 }]);
  player.play({ moment: (now) => standby(now - 1, now + 50, null) }, false);
  await at(410);
  await at(500);
  await at(5_000);
  expect(log).toEqual(["+standby 410"]);
});
