// What a screen lacks is named where people look at it, with what to do.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { signIn, stage, visit } from "./stage.mjs";

const FILM = { hash: "a".repeat(64), name: "harbour film.mp4", bytes: 1_200_000_000, why: "quota" };
const NAMELESS = { hash: "b7".repeat(32), bytes: 2_400_000, why: "network" };

describe("a screen that lacks files", () => {
  let scene, page, faults, cafe;
  before(async () => {
    scene = await stage();
    const visitor = await visit(scene);
    faults = visitor.faults;
    page = await visitor.context.newPage();
    cafe = scene.mock.seeded.screens.cafe.id;
    await signIn(page, scene.base, "/screens");
  });
  after(() => scene?.close());
  const card = () => page.getByRole("main").getByRole("link", { name: /Cafe menu/ });
  const panel = () => page.getByRole("complementary", { name: "Cafe menu" });

  test("the list says how many, as it happens, and no other screen is blamed", async () => {
    await card().getByText("online").waitFor();
    scene.mock.live.set(cafe, { missing: [FILM, NAMELESS], plan: { id: "plan2".padEnd(16, "0"), state: "incomplete", at: Date.now() } });
    await card().getByText("2 files are missing").waitFor();
    assert.equal(await page.getByText(/files? (is|are) missing/).count(), 1);
  });

  test("its page names each file, its size and the reason, and what helps", async () => {
    await card().click();
    await panel().getByText("plan incomplete, the old one plays on").waitFor();
    const files = panel().getByRole("listitem").filter({ hasText: /no room|not received yet/ });
    assert.deepEqual((await files.allInnerTexts()).map((line) => line.replace(/\s+/g, " ").trim()), ["harbour film.mp4 · 1.2 GB · no room", "b7b7b7b7b7 · 2.4 MB · not received yet"]);
    await panel().getByText("The browser gives too little room: the old plan plays on.").waitFor();
  });

  test("what is only on its way needs no other storage, and what came is named no more", async () => {
    scene.mock.live.set(cafe, { missing: [NAMELESS] });
    await panel().getByText("1 file is missing").first().waitFor();
    assert.equal(await panel().getByText("The browser gives too little room").count(), 0);
    scene.mock.live.set(cafe, { missing: [], plan: { id: "plan2".padEnd(16, "0"), state: "shown", at: Date.now() } });
    await panel().getByText("on the screen", { exact: true }).waitFor();
    assert.equal(await page.getByText(/files? (is|are) missing/).count(), 0);
    assert.deepEqual(faults, []);
  });
});
