// Plans and bodies that were damaged on their way: whatever comes, something sensible plays.
import { expect, test } from "vitest";
import { readBody, readPlan, type Body, type Plan } from "@signboard/model";
import { PlanShow } from "@signboard/player";
import { Downloads } from "../src/media/downloads.ts";
import { FREE } from "../src/media/limits.ts";
import type { Kept, Shelf } from "../src/media/shelf.ts";
import { Keeper, keptPlans } from "../src/plan/keeper.ts";
import { Library } from "../src/plan/library.ts";
import { hashesOf, mediaOf, needsInOrder, slotIsLocal } from "../src/plan/needs.ts";
import { readMessage } from "../src/session/read_message.ts";
import { Memory } from "../src/store/memory.ts";
import { damaged, garbled } from "./damage.ts";
import { BODY, HORIZON, PLAN } from "./sample_plan.ts";

const ROUNDS = 2000;
/** Instants in every slot, on their edges, and outside. */
const INSTANTS = [-HORIZON, -1, 0, 1, 999, 1000, 1999, 2000, 29_999, 30_000, 39_999, 40_000, 59_999, 60_000, HORIZON - 1, HORIZON, 1_795_000_000_000];

/** Asks of a plan everything that the player asks. */
function use(plan: Plan, body: (hash: string) => Body | null): void {
  const has = (hash: string) => hash !== "H3";
  const show = new PlanShow(plan, { has, body });
  for (const at of INSTANTS) {
    const moment = show.moment(at);
    if (!(moment.from <= at && at < moment.until)) throw new Error(`${at} lies outside ${moment.from}..${moment.until}`);
    if (Number.isNaN(moment.start) || Number.isNaN(moment.end)) throw new Error(`the item at ${at} has no times`);
    if (show.moment(at).key !== moment.key) throw new Error(`two answers at ${at}`);
    slotIsLocal(plan, at, has, body);
  }
  const hashes = needsInOrder(plan, 0, body).map((file) => file.hash).concat(Array.from(hashesOf(plan)));
  for (const hash of hashes) if (!/^[\w-]+$/.test(hash)) throw new Error(`${hash} names no file`);
}

test("the sample itself is a plan with a body", () => {
  expect(readPlan(PLAN)).toBe(PLAN);
  expect(readBody(BODY)).toEqual(BODY);
  use(PLAN, () => BODY);
});

test("a damaged plan is refused or can be played", () => {
  const count = { played: 0, refused: 0 };
  for (let seed = 0; seed < ROUNDS; seed++) {
    const plan = readPlan(damaged(PLAN, seed));
    count[plan ? "played" : "refused"] += 1;
    if (plan) expect(() => use(plan, () => BODY), `seed ${seed}`).not.toThrow();
  }
  expect(Math.min(count.played, count.refused), JSON.stringify(count)).toBeGreaterThan(ROUNDS / 20);
});

test("of a damaged body what can be placed is drawn", () => {
  const count = { all: 0, part: 0, none: 0 };
  for (let seed = 0; seed < ROUNDS; seed++) {
    const body = readBody(damaged(BODY, seed));
    const elements = body ? body.pages.reduce((sum, page) => sum + page.elements.length, 0) : 0;
    count[!body ? "none" : elements < 6 ? "part" : "all"] += 1;
    if (!body) continue;
    use(PLAN, () => body);
    mediaOf("B1", null, () => body);
    for (const page of body.pages) for (const element of page.elements) for (const side of ["x", "y", "w", "h"] as const) expect(Number.isFinite(element.frame[side])).toBe(true);
  }
  expect(Math.min(count.all, count.part, count.none), JSON.stringify(count)).toBeGreaterThan(ROUNDS / 100);
});

test.each([
  ["without slots", { slots: undefined }],
  ["with slots that overlap", { slots: [PLAN.slots[1], PLAN.slots[0]] }],
  ["with an endless item", { programs: { ...PLAN.programs, b: { items: [{ ...PLAN.programs["b"]?.items[0], duration_ms: 1e300 }] } } }],
  ["with a file name that leads elsewhere", { media: { m1: { ...PLAN.media["m1"], hash: "../api/v1/session" } } }],
  ["without letters", { fonts: null }],
  ["with an anchor that is no time", { slots: [{ ...PLAN.slots[0], anchor: 1e30 }] }],
])("a plan %s is none", (_title, part) => {
  expect(readPlan({ ...PLAN, ...part })).toBeNull();
});

test("what a later server adds does not matter", () => {
  const items = [{ id: "h", kind: "hologram", duration_ms: 500 }, ...(PLAN.programs["b"]?.items ?? [])];
  const plan = readPlan({ ...PLAN, weather: 3, programs: { ...PLAN.programs, b: { items } } });
  expect(plan).not.toBeNull();
  // In the hologram's time the film stands in for it.
  expect(new PlanShow(plan as Plan, { has: () => true, body: () => BODY }).moment(40_100).item?.id).toBe("v1");
});

class OpenShelf implements Shelf {
  readonly level = "page";
  has = () => true;
  files = (): Kept[] => [];
  put = () => Promise.resolve();
  remove = () => Promise.resolve();
  read = () => Promise.resolve(new Blob([JSON.stringify(BODY)]));
  url = (hash: string) => Promise.resolve(hash);
  release(): void {}
}

function keeperOn(database: Memory): Keeper {
  const shelf = new OpenShelf();
  const keeper = new Keeper(database, shelf, new Library(shelf), () => 500, { play: () => undefined });
  const port = () => undefined;
  keeper.attach(new Downloads({ has: () => true, fetch: () => Promise.reject(new Error("none")), put: () => Promise.resolve(), now: () => 0, timeOfDay: () => 0, later: port, arrived: port, troubled: port }, FREE));
  return keeper;
}

test("messages that are no plans leave the plan in force alone", async () => {
  const keeper = keeperOn(new Memory());
  await keeper.take(PLAN);
  const text = JSON.stringify({ type: "plan", ...PLAN, id: "plan-2" });
  const count = { taken: 0, refused: 0, strange: 0 };
  for (let seed = 0; seed < 1000; seed++) {
    const before = keeper.force;
    const message = readMessage(seed % 2 ? garbled(text, seed) : JSON.stringify(damaged(JSON.parse(text), seed)));
    if (message === null || message === "strange") count[message ?? "refused"] += 1;
    else if (message.type === "plan") {
      count.taken += 1;
      await keeper.take(message);
    }
    expect(keeper.force === before || (message as unknown) === keeper.force).toBe(true);
    use(keeper.force as Plan, () => BODY);
  }
  expect(Math.min(count.taken, count.refused), JSON.stringify(count)).toBeGreaterThan(50);
});

test("a start finds stored plans as they are or none, and takes a new one either way", async () => {
  let kept = 0;
  for (let seed = 0; seed < 400; seed++) {
    const database = new Memory();
    await database.write([
      { table: "plan", key: "force", value: damaged({ plan: PLAN }, seed) },
      { table: "plan", key: "pending", value: damaged({ plan: { ...PLAN, id: "plan-2" } }, seed + 1000) },
    ]);
    const keeper = keeperOn(database);
    await keeper.restore(await keptPlans(database));
    if (keeper.force) {
      kept += 1;
      use(keeper.force, () => BODY);
    }
    await keeper.take({ ...PLAN, id: "plan-3" });
    expect(keeper.force?.id).toBe("plan-3");
  }
  expect(kept).toBeGreaterThan(20);
});
