import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { looks } from "./looks.mjs";
import { signIn, stage, visit } from "./stage.mjs";

describe("several servers", () => {
  let scene, page, faults;
  before(async () => {
    scene = await stage();
    const visitor = await visit(scene);
    faults = visitor.faults;
    page = await visitor.context.newPage();
  });
  after(() => scene?.close());
  const entry = () => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /^Notices/ });

  test("one server alone says what further ones are for, and makes a token", async () => {
    await signIn(page, scene.base, "/servers");
    await page.getByText("This is the only server of the installation.").waitFor();
    await page.getByRole("button", { name: "Add a server" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a server" });
    await dialog.getByLabel("Name").fill("Pier 3");
    await dialog.getByRole("button", { name: "Make the token" }).click();
    await dialog.getByText(/signboard join sbs_/).waitFor();
    await dialog.getByRole("button", { name: "Close" }).last().click();
  });

  test("the table says how each stands: changes, files, records, clock and why", async () => {
    scene.mock.servers.populate();
    const row = (name) => page.getByRole("row").filter({ hasText: name });
    await row("Pier 3").waitFor();
    const text = async (name) => (await row(name).textContent()).replace(/\s+/g, " ");
    assert.match(await text("Pier 3"), /not connected.*does not answer within 3 s.*12.*3.*2.*48 MB.*1,480/);
    assert.match(await text("Harbour office"), /tunnel, HTTPS.*Its clock differs by 34 s\..*4.*20 dropped/);
    assert.match(await text("Lighthouse"), /held back.*The disk of this server is full\..*whole state/);
    assert.match(await text("Ferry terminal"), /this server/);
    const shape = await row("Pier 3").locator("b").boundingBox();
    assert.ok(shape.width > 30 && shape.height < 30, "a name stands on one line");
    const names = await page.getByRole("row").locator("td:nth-child(1), td:nth-child(2)").allTextContents();
    assert.ok(names.join(" ").indexOf("Ferry terminal") < names.join(" ").indexOf("Pier 3"));
  });

  test("the last day is drawn for each other server", async () => {
    await page.reload();
    await page.getByRole("img", { name: /^Pier 3: changes waiting over the last day, at most 3\d$/ }).waitFor();
    assert.equal(await page.getByRole("img", { name: /changes waiting over the last day/ }).count(), 4, "not this one, nor who was taken out");
    const pier = page.getByRole("img", { name: /^Pier 3/ });
    assert.equal(await pier.locator("rect").count(), 1, "one cut");
    await looks(page, "servers");
  });

  test("a server is taken out after a question", async () => {
    await page.getByText("Lighthouse", { exact: true }).first().click();
    const dialog = page.getByRole("dialog", { name: "Lighthouse" });
    await dialog.getByRole("button", { name: "Take out" }).click();
    await dialog.waitFor({ state: "detached" });
    assert.equal(scene.mock.servers.view.servers.find((one) => one.name === "Lighthouse").state, "retired");
  });

  test("two voters are not enough, and three say who takes over", async () => {
    await page.getByText("No server takes over by itself", { exact: false }).waitFor();
    await page.getByRole("button", { name: "Choose who votes" }).click();
    const dialog = page.getByRole("dialog", { name: "Which servers vote" });
    await dialog.getByLabel("Ferry terminal").check();
    await dialog.getByLabel("Harbour office").check();
    await dialog.getByText("2 servers are chosen. Choose an odd number from three on.").waitFor();
    assert.ok(await dialog.getByRole("button", { name: "Save" }).isDisabled());
    await dialog.getByLabel("Pier 3").check();
    await looks(page, "voters");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByText("If Ferry terminal is silent for 60 s, Harbour office takes over by itself, if most of the voters agree.").waitFor();
    await page.getByText("Voters: Ferry terminal, Harbour office, Pier 3").waitFor();
  });

  test("another Main is handed over to, and the former one says that it led", async () => {
    const { servers } = scene.mock;
    servers.lead(servers.view.servers.find((one) => one.name === "Harbour office").id);
    await page.getByRole("button", { name: "Make this server the Main" }).click();
    const dialog = page.getByRole("dialog", { name: "Make this server the Main" });
    await dialog.getByText(/Harbour office sends what it has/).waitFor();
    assert.equal(await page.getByRole("button", { name: "Add a server" }).count(), 0, "that is for the Main");
    await page.getByText("If Harbour office is silent for 60 s, Ferry terminal takes over by itself, if most of the voters agree.").waitFor();
    assert.equal(await page.getByRole("button", { name: "Choose who votes" }).count(), 0, "that too");
    await looks(page, "promote");
    await dialog.getByRole("button", { name: "Hand over in order" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("row").filter({ hasText: "was the Main before" }).getByText("Harbour office").waitFor();
    await page.getByRole("button", { name: "Add a server" }).waitFor();
  });

  test("what came about in between is counted, told in words with both values, and settled", async () => {
    const { servers, store } = scene.mock;
    const [gate, lobby] = store.all("viewers");
    const presentation = store.all("presentations")[0];
    const other = store.put("revisions", { ...store.find("revisions", presentation.head), id: crypto.randomUUID(), published_at: Date.now() - 720_000 });
    servers.find({ what: "edit_lost_to_delete", kind: "playlist", document: crypto.randomUUID(), cell: "name", value: "Summer loop" });
    servers.find({ what: "target_gone", kind: "schedule", document: crypto.randomUUID(), name: "", cell: "content", value: { playlist: "gone" } });
    servers.find({ what: "concurrent_edit", kind: "presentation", document: presentation.id, name: presentation.name, cell: "head", value: presentation.head, current: other.id, takable: true });
    servers.find({ what: "two_names", kind: "viewer", document: lobby.id, name: lobby.name, cell: "name", value: `${gate.name}~2`, current: gate.name });
    servers.find({ what: "concurrent_edit", kind: "viewer", document: gate.id, name: gate.name, cell: "location", value: "Quay, upper deck", current: "Jetty", takable: true });
    await page.goto(`${scene.base}/notices`);
    const list = page.getByRole("list", { name: "To look at" });
    await list.getByText("Two changes of Location at once: the later one stands.").waitFor();
    assert.match(await entry().textContent(), /5/);
    assert.equal(await list.getByRole("listitem").count(), 5);
    const edit = list.getByRole("listitem").filter({ hasText: "Location" });
    assert.match((await edit.textContent()).replace(/\s+/g, " "), /Stands.*Jetty.*Ben on Pier 3.*Did not stand.*Quay, upper deck.*Ada on Ferry terminal/);
    await list.getByText("Two versions of a presentation: the later one stands.").waitFor();
    await list.getByText("Changed on one server, deleted on another: it is deleted.").waitFor();
    await list.getByText("Content names something that was deleted on another server.").waitFor();
    await looks(page, "notices");

    await edit.getByRole("button", { name: "Take the other value" }).click();
    const done = page.getByRole("list", { name: "Dealt with" });
    await done.getByText("Location", { exact: false }).waitFor();
    assert.equal(store.find("viewers", gate.id).location, "Quay, upper deck");

    const twins = list.getByRole("listitem").filter({ hasText: "Two have the name" });
    await twins.getByRole("button", { name: "Rename" }).click();
    const dialog = page.getByRole("dialog", { name: "Rename" });
    await dialog.getByLabel("Name").fill("Upper deck");
    await dialog.getByRole("button", { name: "Save" }).click();
    await done.getByText("Two have the name", { exact: false }).waitFor();
    assert.equal(store.find("viewers", lobby.id).name, "Upper deck");

    await list.getByRole("listitem").filter({ hasText: "deleted on another: it is deleted" }).getByRole("button", { name: "I have seen it" }).click();
    await done.getByText("it is deleted", { exact: false }).waitFor();
    assert.match(await entry().textContent(), /2/);
    await done.getByText(/dealt with by/).first().waitFor();
  });

  test("after a change the rail says whom it has not reached, and then that all have it", async () => {
    const { servers, store } = scene.mock;
    const rail = page.getByRole("navigation", { name: "Main" });
    await rail.getByText(/^Last change: waiting for Pier 3 since \d\d:\d\d$/).waitFor();
    servers.cut.clear();
    await rail.getByText("Last change: on all servers").waitFor();
    await rail.getByText("Last change: on all servers").waitFor({ state: "detached" });
    assert.ok(store.all("viewers").length > 0);
    assert.deepEqual(faults, []);
  });
});
