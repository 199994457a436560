// A small server that speaks the viewer's contract (docs/protocols/viewer-session.md), used by the player's own browser tests alone.
import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import { existsSync, readFileSync } from "node:fs";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";

const dist = join(dirname(fileURLToPath(import.meta.url)), "../../apps/viewer/dist");
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".woff2": "font/woff2" };

/** Whether a request comes from a device: by its cookie, or by what a page of another server says. */
function isDevice({ headers }) {
  const said = [headers.cookie, headers.authorization, headers["sec-websocket-protocol"]].join(" ");
  return /signboard_device=|Bearer [0-9a-f-]{36}\.|signboard\.device\.[0-9a-f-]{36}\./.test(said);
}

export class PlayerServer {
  /** `tls`: {key, cert}. `host` is the address to listen on. */
  constructor({ tls, host = "127.0.0.1", port = 0 } = {}) {
    Object.assign(this, { tls, host, port });
    this.files = new Map();
    this.plan = null;
    /** How files may be fetched; null: nothing is said of it. */
    this.limits = null;
    this.approved = true;
    /** What a welcome says of the servers; null: nothing, as a server that is alone. */
    this.house = null;
    /** Origins whose pages may ask here. */
    this.origins = [];
    this.messages = [];
    this.plays = [];
    this.acknowledge = true;
    this.requests = [];
    this.sessions = new Set();
    this.devices = new Set();
    this.waiters = [];
    /** Hashes of files whose requests get no answer until they are taken out again. */
    this.held = new Map();
    /** Changes the text of a file of the shell, as a newer version would. */
    this.rewrite = (_path, text) => text;
  }

  get origin() {
    return `${this.tls ? "https" : "http"}://${this.host}:${this.port}`;
  }

  async start() {
    const handle = (request, response) => this.handle(request, response);
    this.http = this.tls ? createHttps(this.tls, handle) : createHttp(handle);
    this.sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => (offered.has("signboard.viewer.v1") ? "signboard.viewer.v1" : false) });
    this.http.on("upgrade", (request, socket, head) => {
      if (!isDevice(request)) return socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
      this.sockets.handleUpgrade(request, socket, head, (session) => this.session(session));
    });
    await new Promise((resolve, reject) => this.http.once("error", reject).listen(this.port, this.host, resolve));
    this.port = this.http.address().port;
    return this;
  }

  async stop() {
    for (const session of this.sessions) session.terminate();
    this.sessions.clear();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  serve(...files) {
    for (const one of files.flat()) this.files.set(one.facts.hash, one);
  }

  push(plan) {
    this.plan = plan;
    this.send(plan);
  }

  send(message) {
    for (const session of this.sessions) session.send(JSON.stringify(message));
  }

  /** The first message from now on (or, with `past`, ever) that `test` accepts. */
  wait(test, { past = true, limit = 60_000, what = test.toString() } = {}) {
    const found = past && this.messages.find(test);
    if (found) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const waiter = { test, resolve };
      this.waiters.push(waiter);
      setTimeout(() => reject(new Error(`no message within ${limit} ms: ${what}; last: ${JSON.stringify(this.messages.slice(-3))}`)), limit).unref();
    });
  }

  async handle(request, response) {
    const url = new URL(request.url, this.origin);
    this.requests.push(url.pathname);
    if (this.origins.includes(request.headers.origin)) response.setHeader("Access-Control-Allow-Origin", request.headers.origin);
    if (request.method === "OPTIONS") return response.writeHead(204, { "Access-Control-Allow-Headers": "authorization, content-type, range", "Access-Control-Allow-Methods": "GET, HEAD, POST" }).end();
    if (url.pathname === "/api/v1/viewer/device") return this.device(request, response);
    if (url.pathname.startsWith("/media/")) return this.media(url.pathname.slice(7), request, response);
    const path = normalize(url.pathname.replace(/^\/viewer\//, "").replace(/(^|\/)$/, "$1index.html"));
    const found = join(dist, path);
    if (!url.pathname.startsWith("/viewer/") || !existsSync(found)) return response.writeHead(404).end();
    response.writeHead(200, { "Content-Type": TYPES[extname(found)] || "application/octet-stream", "Cache-Control": "no-cache" })
      .end(path.endsWith(".js") ? this.rewrite(path, readFileSync(found, "utf8")) : readFileSync(found));
  }

  async device(request, response) {
    let text = "";
    for await (const piece of request) text += piece;
    const { device, secret, token, position } = JSON.parse(text);
    this.lastDevice = { device, secret, token, position, cookie: request.headers.cookie };
    this.devices.add(device);
    response.writeHead(200, { "Content-Type": "application/json", "Set-Cookie": `signboard_device=${device}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000` });
    response.end(JSON.stringify({ state: this.approved ? "approved" : "pending", covers: true }));
  }

  /** Lets requests for a file wait; the function that is answered lets them go on. */
  hold(one) {
    let release;
    this.held.set(one.facts.hash, new Promise((resolve) => (release = resolve)));
    return () => {
      this.held.delete(one.facts.hash);
      release();
    };
  }

  async media(hash, request, response) {
    await this.held.get(hash);
    const found = this.files.get(hash);
    if (!found || !isDevice(request)) return response.writeHead(found ? 401 : 404).end();
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range || "");
    const headers = { "Content-Type": found.mime, "Accept-Ranges": "bytes", ETag: `"${hash}"`, "Cache-Control": "public, max-age=31536000, immutable" };
    if (!range) return response.writeHead(200, { ...headers, "Content-Length": found.bytes.length }).end(found.bytes);
    const from = Number(range[1]);
    const to = range[2] ? Math.min(Number(range[2]), found.bytes.length - 1) : found.bytes.length - 1;
    response.writeHead(206, { ...headers, "Content-Range": `bytes ${from}-${to}/${found.bytes.length}`, "Content-Length": to - from + 1 }).end(found.bytes.subarray(from, to + 1));
  }

  session(socket) {
    const received = (message) => {
      this.messages.push({ ...message, received: Date.now() });
      for (const waiter of this.waiters.slice()) {
        if (!waiter.test(message)) continue;
        this.waiters = this.waiters.filter((one) => one !== waiter);
        waiter.resolve(message);
      }
    };
    const say = (message) => socket.send(JSON.stringify(message));
    const pinging = setInterval(() => say({ type: "ping" }), 5_000);
    socket.on("close", () => {
      clearInterval(pinging);
      this.sessions.delete(socket);
    });
    socket.on("message", (data) => {
      const message = JSON.parse(String(data));
      if (message.type === "hello") {
        this.sessions.add(socket);
        this.greet = () => {
          if (!this.approved) return say({ type: "pairing", code: "K7M4PX", installation: "Harbour Pier 3", language: this.language || "en", server_time: Date.now() });
          say({ type: "welcome", viewer: { id: "v", name: "Gate 4" }, installation: "Harbour Pier 3", language: this.language || "en", server_time: Date.now(), fonts: [], ...this.house, ...(this.house && { epoch: message.epoch }) });
          if (this.limits) say({ type: "download", ...this.limits });
          if (this.plan && message.plan !== this.plan.id) say(this.plan);
        };
        this.greet();
      }
      if (message.type === "time") say({ type: "time", t0: message.t0, t1: Date.now(), t2: Date.now() });
      if (message.type === "plays") {
        for (const record of message.records) this.plays.push({ stream: message.stream, ...record });
        if (this.acknowledge) say({ type: "plays_ack", stream: message.stream, n: Math.max(...message.records.map((record) => record.n)) });
      }
      received(message);
    });
  }
}
