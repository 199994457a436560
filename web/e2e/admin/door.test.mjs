import assert from "node:assert/strict";
import { test } from "node:test";
import { NAME, PASSWORD, signIn, stage, visit } from "./stage.mjs";

test("a fresh installation is set up by its link, and signs in", async () => {
  const scene = await stage({ fresh: true });
  try {
    const { context, faults } = await visit(scene);
    const page = await context.newPage();
    await page.goto(`${scene.base}/`);
    await page.getByText("The set-up link is missing").waitFor();
    await page.goto(`${scene.base}/setup?link=fresh`);
    await page.getByLabel("Name of the installation").fill("Harbour Pier 3");
    await page.getByLabel("Time zone").fill("Mars/Olympus");
    await page.getByText("There is no zone of this name").waitFor();
    await page.getByLabel("Time zone").fill("Europe/Amsterdam");
    await page.getByLabel("Your name").fill("Ada Kuiper");
    await page.getByLabel("Sign-in name").fill("ada");
    await page.getByLabel("Password").fill("long enough 12");
    await page.getByRole("button", { name: "Set up" }).click();
    await page.getByRole("heading", { name: "Harbour Pier 3" }).waitFor();
    await page.getByText("Ada Kuiper").first().waitFor();
    assert.deepEqual(faults.filter((fault) => !/503/.test(fault)), []);
  } finally {
    await scene.close();
  }
});

test("a wrong password is refused in words, the right one goes where people wanted to go", async () => {
  const scene = await stage();
  try {
    const { context } = await visit(scene);
    const page = await context.newPage();
    await page.goto(`${scene.base}/library`);
    await page.waitForURL(/sign-in\?to=%2Flibrary/);
    await page.getByText("This connection is not encrypted").waitFor();
    await page.getByLabel("Sign-in name").fill(NAME);
    await page.getByLabel("Password").fill("not this one");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "The name or the password is not right." }).waitFor();
    await page.getByLabel("Password").fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/library$/);
    await page.getByRole("button", { name: "Marit Holm" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.waitForURL(/sign-in/);
  } finally {
    await scene.close();
  }
});

test("an address outside this app is no place to go after signing in", async () => {
  const scene = await stage();
  try {
    const { context } = await visit(scene);
    const page = await context.newPage();
    await signIn(page, scene.base, "//example.org/");
    assert.equal(new URL(page.url()).origin, scene.base);
  } finally {
    await scene.close();
  }
});
