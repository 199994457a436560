// The administrator as a program: what the benches need is made through the API, so that only what is measured needs a browser.

const API = "/api/v1";
export const LOGIN = "ada";
export const PASSWORD = "boats leave at noon";

export class Account {
  constructor(address) {
    this.address = address;
    this.headers = { "Content-Type": "application/json" };
  }

  async call(method, path, body, headers = {}) {
    const answer = await fetch(`${this.address}${API}${path}`, { method, headers: { ...this.headers, ...headers }, body: body && JSON.stringify(body) });
    const cookie = answer.headers.getSetCookie()[0];
    if (cookie) this.headers.Cookie = cookie.split(";")[0];
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answers ${answer.status}: ${text}`);
    const value = text ? JSON.parse(text) : null;
    if (value?.csrf) this.headers["X-CSRF-Token"] = value.csrf;
    return { value, tag: answer.headers.get("ETag") };
  }

  setUp(link) {
    return this.call("POST", "/setup", { link, name: "Bench", language: "en", zone: "UTC", public_address: this.address, login: LOGIN, password: PASSWORD, user_name: "Ada" });
  }

  /** Uploads a file in one request and waits for its media record. */
  async upload(bytes, filename) {
    const { "Content-Type": _json, ...who } = this.headers;
    const answer = await fetch(`${this.address}${API}/uploads`, {
      method: "POST",
      headers: { ...who, "Tus-Resumable": "1.0.0", "Upload-Length": String(bytes.length), "Upload-Metadata": `filename ${Buffer.from(filename).toString("base64")}`, "Content-Type": "application/offset+octet-stream" },
      body: bytes,
    });
    if (!answer.ok) throw new Error(`the upload answers ${answer.status}: ${await answer.text()}`);
    const path = new URL(answer.headers.get("Location"), this.address).pathname.replace(API, "");
    for (;;) {
      const { value } = await this.call("GET", path);
      if (value.state === "done") return value.media;
      if (value.state === "refused") throw new Error(value.error.message);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Saves the body as the draft. */
  async save(presentation, body) {
    const { tag } = await this.call("PUT", `/presentations/${presentation}/draft`, body, { "If-Match": this.tag ?? '"none"' });
    this.tag = tag;
  }

  publish(presentation) {
    return this.call("POST", `/presentations/${presentation}/publish`);
  }

  /** Waits until the screen shows the plan that it was sent. */
  async shown(viewer, limit = 60_000) {
    for (const until = Date.now() + limit; Date.now() < until; ) {
      const { value } = await this.call("GET", "/viewers/status");
      if (value.find((one) => one.viewer === viewer)?.plan?.state === "shown") return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`the screen shows nothing after ${limit} ms`);
  }
}
