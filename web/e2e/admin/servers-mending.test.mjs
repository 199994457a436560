import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { looks } from "./looks.mjs";
import { signIn, stage, visit } from "./stage.mjs";

/** What people decide where servers cannot. */
describe("servers that wait for people", () => {
  let scene, page, faults;
  before(async () => {
    scene = await stage();
    scene.mock.servers.populate();
    const visitor = await visit(scene);
    faults = visitor.faults;
    page = await visitor.context.newPage();
    await signIn(page, scene.base, "/servers");
  });
  after(() => scene?.close());
  const server = (name) => scene.mock.servers.view.servers.find((one) => one.name === name);
  const row = (name) => page.getByRole("row").filter({ has: page.getByText(name, { exact: true }) });
  const dialog = (name) => page.getByRole("dialog", { name });

  /** Opens the dialog of a server. */
  async function open(name) {
    await row(name).getByText(name, { exact: true }).click();
    await dialog(name).waitFor();
    return dialog(name);
  }

  test("of two histories one is chosen, after it was said what stays and what goes", async () => {
    const why = "The two servers have different entries of server Old mill from number 41 on.";
    Object.assign(server("Harbour office"), { state: "held", fork: true, why });
    await row("Harbour office").getByText(why).waitFor();
    const asked = await open("Harbour office");
    await asked.getByText("Take over what Harbour office has: changes made here stay, those of the other history are kept in a file on this server.", { exact: false }).waitFor();
    await asked.getByText("To choose this server instead, do the same on Harbour office.", { exact: false }).waitFor();
    assert.equal(await asked.getByRole("button", { name: "Take out" }).count(), 0, "that is another question");
    await looks(page, "fork");
    await asked.getByRole("button", { name: "Cancel" }).click();
    await asked.waitFor({ state: "detached" });
    assert.equal(server("Harbour office").fork, true, "nothing was decided");

    await open("Harbour office");
    await asked.getByRole("button", { name: "Rebuild this server" }).click();
    await asked.waitFor({ state: "detached" });
    assert.equal(server("Harbour office").fork, false);
    await row("Harbour office").getByText("connected", { exact: true }).waitFor();
    await row("Harbour office").getByText(why).waitFor({ state: "detached" });
    await open("Harbour office");
    await asked.getByRole("button", { name: "Take out" }).waitFor();
    await asked.getByRole("button", { name: "Cancel" }).click();
  });

  test("what somebody else decided meanwhile is said, and the dialog stays", async () => {
    Object.assign(server("Harbour office"), { state: "held", fork: true });
    await row("Harbour office").getByText("held back").waitFor();
    const asked = await open("Harbour office");
    server("Harbour office").fork = false;
    await asked.getByRole("button", { name: "Rebuild this server" }).click();
    await page.getByText("the two servers do not hold each other back because of different histories", { exact: false }).waitFor();
    assert.ok(await asked.isVisible());
    await asked.getByRole("button", { name: "Cancel" }).click();
    await asked.waitFor({ state: "detached" });
  });

  test("a Sub decides too, not the Main alone", async () => {
    const { servers } = scene.mock;
    const own = servers.view.main;
    servers.lead(server("Harbour office").id);
    server("Pier 3").fork = true;
    await page.getByRole("button", { name: "Make this server the Main" }).waitFor();
    await row("Pier 3").getByText("Pier 3", { exact: true }).click();
    await dialog("Pier 3").getByRole("button", { name: "Rebuild this server" }).click();
    await dialog("Pier 3").waitFor({ state: "detached" });
    assert.equal(server("Pier 3").fork, false);
    servers.lead(own);
    await page.getByRole("button", { name: "Add a server" }).waitFor();
  });

  test("a server whose disk went back waits for what it lost, until people say that it does not come back", async () => {
    const words = "This server's disk went back to an older state.";
    assert.equal(await page.getByText(words, { exact: false }).count(), 0);
    scene.mock.servers.view.waits_for_lost = true;
    const note = page.getByRole("status").filter({ hasText: words });
    await note.getByText("It exchanges nothing until it meets a server that has its lost changes.", { exact: false }).waitFor();
    await looks(page, "lost");
    const sentence = "a connected server has the former entries: this one is rebuilt from it by itself";
    const error = { code: "nothing_to_decide", message: sentence, field: null, request_id: null };
    await page.route("**/api/v1/servers/go-on", (route) => route.fulfill({ status: 409, json: { error } }), { times: 1 });
    await note.getByRole("button", { name: "Go on without them" }).click();
    await page.getByText(sentence).waitFor();
    assert.equal(scene.mock.servers.view.waits_for_lost, true);
    await note.getByRole("button", { name: "Go on without them" }).click();
    await note.waitFor({ state: "detached" });
    assert.equal(scene.mock.servers.view.waits_for_lost, false);
  });

  test("people are let edit on a read-only server", async () => {
    const pier = await open("Pier 3");
    assert.equal(await pier.getByRole("button", { name: "Let people edit on it" }).count(), 0, "they do already");
    await pier.getByRole("button", { name: "Cancel" }).click();
    server("Lighthouse").read_only = true;
    await row("Lighthouse").getByText("read-only").waitFor();
    const asked = await open("Lighthouse");
    await asked.getByText("People may only look at things on Lighthouse.", { exact: false }).waitFor();
    await looks(page, "read-only");
    await asked.getByRole("button", { name: "Let people edit on it" }).click();
    await asked.waitFor({ state: "detached" });
    assert.equal(server("Lighthouse").read_only, false);
    await row("Lighthouse").getByText("read-only").waitFor({ state: "detached" });
    assert.deepEqual(faults, []);
  });
});
