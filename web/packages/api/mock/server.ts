/** A backend that speaks the contract of `docs/protocols/http-api.md` from memory: for development and for browser tests without the real server. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { extname, join, normalize } from "node:path";
import { KIND, type Noun } from "../src/nouns.ts";
import { act } from "./actions.ts";
import { cleared } from "./cleared.ts";
import { Enrolling } from "./enrolment.ts";
import { Exchange, Refusal } from "./exchange.ts";
import { Live } from "./live.ts";
import { Alerts } from "./alerts.ts";
import { Network } from "./network.ts";
import { Servers } from "./servers.ts";
import { seed, type Seeded } from "./seed.ts";
import { defaults, type Doc, Store } from "./store.ts";
import { Tasks } from "./tasks.ts";
import { Uploads } from "./tus.ts";
import { viewersOf } from "./timetable.ts";

export interface Options {
  /** Folder with the built admin, served with `index.html` for every other path. */
  admin?: string;
  /** Folder with the built viewer, served below `/viewer/`. */
  viewer?: string;
  /** Before set-up: everything answers 503. */
  fresh?: boolean;
}

export interface Mock {
  server: Server;
  store: Store;
  live: Live;
  network: Network;
  servers: Servers;
  tasks: Tasks;
  alerts: Alerts;
  uploads: Uploads;
  seeded: Seeded;
  /** How many event streams are open. */
  streams: () => number;
}

const TYPES: Record<string, string> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json", ".woff2": "font/woff2" };

export function createMock(options: Options = {}): Mock {
  const store = new Store();
  const seeded = seed(store);
  const live = new Live(store);
  const network = new Network(store);
  const servers = new Servers(store);
  const alerts = new Alerts(store);
  const enrolling = new Enrolling(store);
  const tasks = new Tasks(store);
  const uploads = new Uploads(store);
  const sessions = new Map<string, string>();
  let isSetUp = !options.fresh;
  let installation: Record<string, unknown> = { id: "installation", version: "i1", name: "Harbour Pier 3", language: "en", zone: "Europe/Berlin", public_address: "http://pier3.example", fallback: null };

  const session = (token: string) => ({ user: store.find("users", seeded.admin.id), csrf: `csrf-${token}`, roles: [{ role: "administrator", scope: "all" }] });
  const open = (exchange: Exchange) => {
    const token = randomBytes(8).toString("hex");
    sessions.set(token, seeded.admin.id);
    exchange.send(200, session(token), { "Set-Cookie": `signboard_session=${token}; HttpOnly; SameSite=Strict; Path=/` });
  };
  const tokenOf = (exchange: Exchange) => /signboard_session=(\w+)/.exec(exchange.header("cookie"))?.[1] ?? "";

  async function api(exchange: Exchange): Promise<void> {
    const { method, path } = exchange;
    const call = `${method} ${path.join("/")}`;
    if (call === "GET setup") return exchange.send(200, { set_up: isSetUp });
    if (call === "POST setup") {
      const wish = await exchange.json();
      if (isSetUp) throw new Refusal(409, "already_set_up", "This installation is set up already.");
      if (wish.link !== "fresh") throw new Refusal(410, "link_used", "This set-up link does not count any more. Run `signboard setup-link` for a new one.");
      if (String(wish.password).length < 10) throw new Refusal(422, "invalid", "The password needs at least 10 characters.", "password");
      isSetUp = true;
      installation = { ...installation, name: wish.name, language: wish.language, zone: wish.zone, public_address: wish.public_address };
      store.change("users", store.find("users", seeded.admin.id) as Doc, { login: wish.login, name: wish.user_name });
      return open(exchange);
    }
    if (!isSetUp) throw new Refusal(503, "not_set_up", "This installation is not set up yet.");
    if (call === "POST session") {
      const { login, password } = await exchange.json();
      if (login !== store.find("users", seeded.admin.id)?.login || password !== "harbour-pier-3") throw new Refusal(401, "sign_in_failed", "The name or the password is not right.");
      return open(exchange);
    }
    const token = tokenOf(exchange);
    if (!sessions.has(token)) throw new Refusal(401, "sign_in_required", "Sign in first.");
    if (method !== "GET" && method !== "HEAD" && exchange.header("x-csrf-token") !== `csrf-${token}`) throw new Refusal(403, "csrf", "The page is out of date. Load it again.");
    if (call === "GET session") return exchange.send(200, session(token));
    if (call === "DELETE session") {
      sessions.delete(token);
      return exchange.send(204);
    }
    if (call === "GET events") return events(exchange);
    if (path[0] === "uploads") return uploads.handle(exchange, seeded.admin.id);
    if (path[0] === "installation") {
      if (method === "PATCH") installation = { ...installation, ...(await exchange.json()), version: randomBytes(4).toString("hex") };
      return exchange.send(200, installation);
    }
    if (await enrolling.handle(exchange, seeded.admin.id)) return;
    if (await network.handle(exchange, seeded.admin.id)) return;
    if (await servers.handle(exchange)) return;
    if (tasks.handle(exchange)) return;
    if (await alerts.handle(exchange, seeded.admin.id)) return;
    if (method === "PUT" && path[0] === "users" && path[2] === "password") return exchange.send(204);
    if (call === "GET devices/pending") return exchange.send(200, live.pending);
    if (call === "POST devices/approve") return exchange.send(200, live.approve(await exchange.json(), seeded.admin.id));
    if (call === "GET viewers/status") return exchange.send(200, live.statuses());
    if (call === "POST schedules/preview") return exchange.send(200, preview((await exchange.json()).row as Record<string, unknown>));
    if (method === "GET" && path[0] === "media" && (path[2] === "file" || path[2] === "thumbnail")) return file(exchange, path[1] ?? "");
    if (await act({ store, live, user: seeded.admin.id }, exchange)) return;
    return resource(exchange);
  }

  function preview(row: Record<string, unknown>): unknown[] {
    if (!row.destination) return [];
    return viewersOf(store, row.destination as "all").map((viewer) => ({ viewer, from: Date.now(), until: Date.now() + 3_600_000, before: "", after: "x" }));
  }

  function file(exchange: Exchange, id: string): void {
    const found = store.files.get(id);
    if (!found) throw new Refusal(404, "not_found", "There is no such file.");
    exchange.response.writeHead(200, { "Content-Type": found.mime, "Cache-Control": "max-age=600", "Content-Length": found.bytes.length });
    exchange.response.end(found.bytes);
  }

  function events(exchange: Exchange): void {
    exchange.response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    exchange.response.write(": open\n\n");
    let count = 0;
    const send = (event: string, data: unknown) => exchange.response.write(`id: 1:${++count}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    store.listeners.add(send);
    exchange.request.on("close", () => store.listeners.delete(send));
  }

  async function resource(exchange: Exchange): Promise<void> {
    const [noun, id, verb] = exchange.path as [Noun, string?, string?];
    if (!(noun in KIND)) throw new Refusal(404, "not_found", "There is no such path.");
    if (!id) return exchange.method === "POST" ? make(exchange, noun) : list(exchange, noun);
    const doc = store.find(noun, id);
    if (!doc) throw new Refusal(404, "not_found", "There is no such thing.");
    if (exchange.match && exchange.match !== doc.version) throw new Refusal(412, "version_conflict", "Somebody else changed it in between.");
    if (exchange.method === "PATCH") {
      const changed = store.change(noun, doc, await exchange.json());
      if (noun === "schedules" || noun === "playlists") live.replan();
      return exchange.send(200, changed);
    }
    if (exchange.method === "DELETE") {
      const reached = cleared(store, live, noun, doc);
      store.remove(noun, doc);
      if (noun === "schedules") live.replan();
      return reached ? exchange.send(200, reached) : exchange.send(204);
    }
    if (exchange.method === "POST" && verb === "restore") return exchange.send(200, store.change(noun, doc, { trashed_at: null }));
    return exchange.send(200, doc);
  }

  async function make(exchange: Exchange, noun: Noun): Promise<void> {
    const members = await exchange.json();
    if (noun === "schedules" && members.emergency && !(members.when as { until: unknown }).until) throw new Refusal(422, "invalid", "An emergency row needs an end.", "when.until");
    delete members.password;
    const doc = store.put(noun, { ...defaults(noun, seeded.admin.id), ...members });
    if (noun === "schedules") live.replan();
    if (noun === "tasks" && !members.when) tasks.due(doc);
    exchange.send(201, noun === "tokens" ? { id: doc.id, secret: `sbt_${randomBytes(16).toString("hex")}` } : doc, { Location: `/api/v1/${noun}/${doc.id}` });
  }

  function list(exchange: Exchange, noun: Noun): void {
    const query = new Map(exchange.url.searchParams);
    const take = (name: string, otherwise: string) => {
      const value = query.get(name) ?? otherwise;
      query.delete(name);
      return value;
    };
    const limit = Number(take("limit", "100"));
    const start = Number(take("cursor", "0"));
    const sort = take("sort", "name");
    const word = take("q", "").toLowerCase();
    const trashed = take("trashed", "false") === "true";
    const key = sort.replace(/^-/, "");
    const found = store
      .all(noun)
      .filter((doc) => (doc.trashed_at === undefined || doc.trashed_at === null) !== trashed || doc.trashed_at === undefined)
      .filter((doc) => [...query].every(([name, value]) => (doc[name] ?? "none") === value))
      .filter((doc) => !word || String(doc.name).toLowerCase().includes(word))
      .sort((a, b) => String(a[key] ?? "").localeCompare(String(b[key] ?? ""), "en", { numeric: true }) * (sort.startsWith("-") ? -1 : 1));
    const next = start + limit < found.length ? String(start + limit) : null;
    exchange.send(200, { items: found.slice(start, start + limit), next, total: found.length });
  }

  function page(exchange: Exchange): void {
    const path = normalize(exchange.url.pathname);
    const [root, rest] = path.startsWith("/viewer/") ? [options.viewer, path.slice(8)] : [options.admin, path];
    if (!root) throw new Refusal(404, "not_found", "Nothing is built here.");
    let target = join(root, rest);
    if (existsSync(target) && statSync(target).isDirectory()) target = join(target, "index.html");
    if (!existsSync(target) && root === options.admin) target = join(root, "index.html");
    if (!existsSync(target)) throw new Refusal(404, "not_found", "There is no such page.");
    exchange.response.writeHead(200, { "Content-Type": TYPES[extname(target)] ?? "application/octet-stream" });
    exchange.response.end(readFileSync(target));
  }

  const server = createServer((request, response) => {
    const exchange = new Exchange(request, response);
    Promise.resolve(exchange.url.pathname.startsWith("/api/v1") ? api(exchange) : page(exchange)).catch((reason: unknown) => {
      const refusal = reason instanceof Refusal ? reason : new Refusal(500, "mock", String(reason));
      if (!response.headersSent) exchange.send(refusal.status, { error: { code: refusal.code, message: refusal.message, field: refusal.field } });
    });
  });
  return { server, store, live, network, servers, tasks, alerts, uploads, seeded, streams: () => store.listeners.size };
}
