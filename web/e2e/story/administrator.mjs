// The administrator of the installation at a browser: every step as a person does it, by the words on the page.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { openBrowser } from "../player/browser.mjs";

export const PASSWORD = "boats leave at noon";

export class Administrator {
  static async at(address) {
    const person = new Administrator();
    person.address = address;
    person.browser = await openBrowser({ width: 1440, height: 900, locale: "en-GB" });
    person.page = person.browser.page;
    person.page.setDefaultTimeout(60_000);
    person.words = [];
    person.page.on("console", (message) => message.type() === "error" && person.words.push(message.text()));
    return person;
  }

  async setUp(link) {
    const { page } = this;
    await page.goto(link);
    await page.getByLabel("Name of the installation").fill("Story pier");
    await page.getByLabel("Time zone").fill("Europe/Berlin");
    await page.getByLabel("Your name").fill("Ada Keeper");
    await page.getByLabel("Sign-in name").fill("ada");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Set up" }).click();
    await page.waitForURL((url) => url.pathname !== "/setup");
  }

  async signOut() {
    await this.call("DELETE", "/session");
  }

  async signIn(login = "ada", password = PASSWORD) {
    const { page } = this;
    await page.goto(`${this.address}/sign-in`);
    await page.getByLabel("Sign-in name").fill(login);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL((url) => url.pathname !== "/sign-in");
  }

  /** The first file by the chooser, the second dropped on the page. */
  async upload(chosen, dropped) {
    const { page } = this;
    await page.goto(`${this.address}/library`);
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.locator("header button", { hasText: "Upload" }).click()]);
    await chooser.setFiles(chosen);
    const load = await page.evaluateHandle(
      ({ name, text }) => {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], name, { type: "video/mp4" }));
        return transfer;
      },
      { name: basename(dropped), text: readFileSync(dropped).toString("base64") },
    );
    const target = page.locator("section[aria-label=Library]");
    await target.dispatchEvent("dragover", { dataTransfer: load });
    await target.dispatchEvent("drop", { dataTransfer: load });
    const tray = page.getByRole("region", { name: "Uploads" });
    await tray.getByText("Uploads are finished").waitFor({ timeout: 60_000 });
    return tray.getByRole("listitem").allInnerTexts();
  }

  async makePresentation(name) {
    const { page } = this;
    await page.goto(`${this.address}/presentations`);
    await page.getByRole("button", { name: "New presentation" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByRole("button", { name: "Create" }).click();
    await page.waitForURL(/presentations\/[0-9a-f-]{36}/);
    await this.tools.waitFor();
    return page.url().split("/").pop();
  }

  get tools() {
    return this.page.getByRole("toolbar", { name: "Tools" });
  }

  get properties() {
    return this.page.locator("aside[aria-label=Properties]");
  }

  /** Fills the numbers of the properties, by their names. */
  async enter(numbers) {
    for (const [name, value] of Object.entries(numbers)) {
      const box = this.properties.getByRole("textbox", { name, exact: true });
      await box.fill(String(value));
      await box.press("Enter");
    }
  }

  place({ x, y, w, h }) {
    return this.enter({ Width: w, Height: h, "From the left": x, "From the top": y });
  }

  async addMedia(name, frame) {
    await this.tools.getByRole("button", { name: "Picture or film" }).click();
    await this.page.getByRole("dialog").getByRole("button", { name }).click();
    await this.place(frame);
  }

  async addText(text, frame, size) {
    await this.tools.getByRole("button", { name: "Text" }).click();
    // On the canvas, in place: a new text has the keyboard at once, and typing replaces its first word.
    await this.page.locator("textarea.text:focus").waitFor();
    await this.page.keyboard.type(text);
    await this.page.keyboard.press("Escape");
    await this.place(frame);
    await this.enter({ Size: size });
  }

  write(text) {
    return this.properties.getByRole("textbox", { name: "Text", exact: true }).fill(text);
  }

  /** Publishes what the editor shows; answers when the server had answered. */
  async publish() {
    const { page } = this;
    await page.getByRole("status").getByText("Saved", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    const button = page.getByRole("dialog").getByRole("button", { name: /^Publish/ });
    const [answer] = await Promise.all([page.waitForResponse((one) => one.url().endsWith("/publish")), button.click()]);
    await answer.finished();
    const at = Date.now();
    if (!answer.ok()) throw new Error(`publish answers ${answer.status()}: ${await answer.text()}`);
    return at;
  }

  async schedule(presentation) {
    const { page } = this;
    await page.goto(`${this.address}/schedule`);
    await page.locator("header").getByRole("button", { name: "Schedule" }).click();
    const panel = page.getByRole("complementary", { name: "New schedule row" });
    await panel.getByRole("button", { name: "Choose" }).click();
    await page.getByRole("dialog").getByRole("button", { name: presentation }).click();
    const [answer] = await Promise.all([
      page.waitForResponse((one) => one.url().endsWith("/api/v1/schedules") && one.request().method() === "POST"),
      panel.getByRole("button", { name: "Schedule" }).click(),
    ]);
    if (!answer.ok()) throw new Error(`schedule answers ${answer.status()}: ${await answer.text()}`);
    return (await answer.json()).id;
  }

  /** Answers when the server had answered, and what. */
  async takeDown(row) {
    const { page } = this;
    await page.goto(`${this.address}/schedule?row=${row}`);
    const [answer] = await Promise.all([page.waitForResponse((one) => one.url().endsWith("/take-down")), page.getByRole("button", { name: "Take down now" }).click()]);
    await answer.finished();
    return { at: Date.now(), ...(await answer.json()) };
  }

  /** Gives the screen that shows the code a place: it is found in the list of those that wait. */
  async approve(code, name) {
    const { page } = this;
    await page.goto(`${this.address}/screens`);
    await page.getByRole("listitem").filter({ hasText: code }).getByRole("button", { name: "Approve" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill(name);
    const [answer] = await Promise.all([page.waitForResponse((one) => one.url().endsWith("/devices/approve")), dialog.getByRole("button", { name: "Approve" }).click()]);
    if (!answer.ok()) throw new Error(`approve answers ${answer.status()}: ${await answer.text()}`);
    return (await answer.json()).id;
  }

  /** Opens the editor; nothing is selected. */
  async open(presentation) {
    await this.page.goto(`${this.address}/presentations/${presentation}`);
    await this.tools.waitFor();
  }

  /** Opens the editor with the element selected that has this text. */
  async edit(presentation, text) {
    await this.open(presentation);
    await this.page.getByRole("region", { name: "Layers" }).getByRole("button", { name: text, exact: true }).click();
  }

  /** What the server knows of a screen, as soon as `accepts` agrees. */
  async status(viewer, accepts, limit = 60_000) {
    const until = Date.now() + limit;
    for (;;) {
      const found = (await this.call("GET", "/viewers/status")).find((one) => one.viewer === viewer);
      if (found && accepts(found)) return found;
      if (Date.now() > until) throw new Error(`the screen is not there yet: ${JSON.stringify(found)}`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  /** Every play record of a screen. */
  async plays(viewer) {
    const found = [];
    for (let cursor = ""; cursor !== null; ) {
      const { items, next } = await this.call("GET", `/plays?viewer=${viewer}&limit=500${cursor && `&cursor=${cursor}`}`);
      found.push(...items);
      cursor = next;
    }
    return found;
  }

  /** A call of the API by the signed-in page; answers JSON or null. */
  call(method, path, body) {
    return this.page.evaluate(
      async ([method, path, body]) => {
        const session = await (await fetch("/api/v1/session")).json();
        const answer = await fetch(`/api/v1${path}`, { method, headers: { "Content-Type": "application/json", "X-CSRF-Token": session.csrf }, body: body && JSON.stringify(body) });
        const text = await answer.text();
        if (!answer.ok) throw new Error(`${method} ${path} answers ${answer.status}: ${text}`);
        return text ? JSON.parse(text) : null;
      },
      [method, path, body],
    );
  }

  close() {
    return this.browser.close();
  }
}
