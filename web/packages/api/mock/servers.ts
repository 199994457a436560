/** The mock's other servers: none at first; a test adds them, and what came about between them. */
import { randomUUID } from "node:crypto";
import type { Notice } from "../src/schema/notices.ts";
import type { Arrival, ServerHistory, ServerSample, ServersView, ServerView } from "../src/schema/servers.ts";
import { type Exchange, OWN, Refusal } from "./exchange.ts";
import type { Store } from "./store.ts";

const MINUTE = 60_000;
const STEP_MS = 5 * MINUTE;

export class Servers {
  readonly view: ServersView = { own: OWN, joining: false, why: "", main: OWN, may_lead: false, waits_for_lost: false, servers: [], missing: { files: 0, bytes: 0, needed: 0, why: [] }, check: { began: null, ended: null, files: 0, spoilt: [] }, succession: { voters: [], seconds: 60, next: null, term: 0, settled: true, unreached: [], heard: null, silent_s: null } };
  readonly notices: Notice[] = [];
  readonly history: ServerHistory = { step_ms: STEP_MS, servers: [] };
  /** Names of servers to which no change goes. */
  readonly cut = new Set<string>();
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** A Main, a Sub that is cut off, a Backup, and one behind another. */
  populate(now = Date.now()): void {
    const one = (members: Partial<ServerView> & { name: string }): ServerView => ({ ...EMPTY, id: randomUUID(), joined_at: now - 40 * 86_400_000, last_seen: now - 2000, ...members });
    const pier = one({ name: "Pier 3", state: "not_connected", pending_out: 12, oldest_out_at: now - 47 * MINUTE, pending_in: 3, last_seen: now - 48 * MINUTE, records_waiting: 1480, files_missing: 2, bytes_missing: 48_300_000, why: "10.77.1.5:7237 does not answer within 3 s\nhttps://10.77.1.5 does not answer within 3 s" });
    const backup = one({ name: "Harbour office", role: "backup", way: "https", address: "10.77.1.9:443", since: now - 9 * 3_600_000, clock_offset_ms: 34_000, records_dropped: 20, records_waiting: 4 });
    const held = one({ name: "Lighthouse", state: "held", way: "called", address: "10.77.2.4:50122", pending_out: null, why: "The disk of this server is full.", version: "0.5.0" });
    this.view.servers = [one({ id: OWN, name: "Ferry terminal", role: "main", state: "own", last_seen: null }), pier, backup, held, one({ name: "Island kiosk", state: "indirect", pending_in: null, last_seen: null, files_missing: null, bytes_missing: null, records_waiting: null, records_dropped: null }), one({ name: "Old mill", state: "retired", retired_at: now - 86_400_000 })];
    this.history.servers = this.view.servers.map(({ id, name }) => ({ id, samples: samples(name, now) }));
    this.view.main = OWN;
    this.cut.add("Pier 3");
  }

  /** From now on this one is the Main. */
  lead(id: string): void {
    for (const one of this.view.servers) {
      if (one.id !== id && one.role === "main") Object.assign(one, { role: "backup", led_before: true });
      else if (one.id === id) one.role = "main";
    }
    Object.assign(this.view, { main: id, may_lead: id !== OWN });
    const succession = this.view.succession;
    succession.next = succession.voters.find((voter) => voter !== id) ?? null;
  }

  /** Something came about. */
  find(notice: Partial<Notice> & Pick<Notice, "what" | "kind" | "document" | "cell">): Notice {
    const now = Date.now();
    const made = { by: "Ada", at: now - 20 * MINUTE, server: "Ferry terminal" };
    const found: Notice = { id: randomUUID(), name: null, loser: `${OWN}.1:7`, value: null, made, current: null, current_made: { by: "Ben", at: now - 12 * MINUTE, server: "Pier 3" }, takable: false, at: now - 5 * MINUTE, resolved_at: null, resolved_by: null, ...notice };
    this.notices.unshift(found);
    return found;
  }

  /** Whether the call was one of these. */
  async handle(exchange: Exchange): Promise<boolean> {
    const { method, path } = exchange;
    const call = `${method} ${path.join("/")}`;
    if (call === "GET servers/overview") exchange.send(200, this.view);
    else if (call === "POST servers/check-media") {
      this.view.check = { ...this.view.check, began: Date.now(), ended: null, files: 0 };
      exchange.send(204);
    } else if (method === "PATCH" && path[0] === "servers") {
      const one = this.view.servers.find((server) => server.id === path[1]);
      if (!one) throw new Refusal(404, "not_found", "there is no such server");
      const members = await exchange.json();
      if (members.read_only && !one.read_only) throw new Refusal(422, "invalid", `what people made on ${one.name} would be taken by no other server`, "read_only");
      Object.assign(one, members);
      // As at noon of a working day.
      Object.assign(one, { send_limit: one.limits[0]?.receive ?? null, receive_limit: one.limits[0]?.send ?? null });
      exchange.send(200, one);
    } else if (call === "GET servers/history") exchange.send(200, this.history);
    else if (call === "POST servers/promote") {
      const { planned } = await exchange.json();
      const main = this.view.servers.find((one) => one.id === this.view.main);
      if (planned && main?.state !== "connected") throw new Refusal(409, "main_not_reached", "the Main cannot be asked to hand over");
      this.lead(OWN);
      exchange.send(200, { main: OWN, epoch: 1 });
    } else if (call === "PUT servers/voters") {
      const { servers, seconds } = await exchange.json();
      const voters = servers as string[];
      if (voters.length === 1 || voters.length === 2) throw new Refusal(422, "invalid", "two servers cannot decide alone which of them is the Main", "servers");
      const next = voters.find((id) => id !== this.view.main) ?? null;
      this.view.succession = { ...this.view.succession, voters, seconds: Number(seconds), next, heard: voters.length > 0 ? true : null };
      exchange.send(200, this.view.succession);
    } else if (call === "POST server-tokens") {
      const { name } = await exchange.json();
      exchange.send(201, { id: randomUUID(), token: `sbs_${Buffer.from(`${String(name)} may come in once`).toString("base64url")}`, expires_at: Date.now() + 86_400_000 });
    } else if (method === "POST" && path[0] === "servers" && path[2] === "retire") {
      const server = this.view.servers.find((one) => one.id === path[1]);
      if (!server || server.role === "main") throw new Refusal(422, "invalid", "this is the Main: make another server the Main first", "id");
      Object.assign(server, { state: "retired", retired_at: Date.now(), way: null, address: null, why: "" });
      exchange.send(204);
    } else if (method === "POST" && path[0] === "servers" && path[2] === "rebuild-from") {
      const server = this.view.servers.find((one) => one.id === path[1]);
      if (!server?.fork) throw new Refusal(409, "nothing_to_decide", "the two servers do not hold each other back because of different histories: nothing is to be decided");
      Object.assign(server, { fork: false, state: "connected", why: "" });
      exchange.send(204);
    } else if (call === "POST servers/go-on") {
      if (!this.view.waits_for_lost) throw new Refusal(409, "nothing_to_decide", "this server waits for nothing: its disk did not go back, or it was rebuilt");
      this.view.waits_for_lost = false;
      exchange.send(204);
    } else if (call === "GET notices") {
      const open = this.notices.filter((one) => one.resolved_at === null);
      exchange.send(200, { items: exchange.url.searchParams.get("open") === "true" ? open : this.notices, next: null, total: open.length });
    } else if (method === "POST" && path[0] === "notices") {
      const notice = this.notices.find((one) => one.id === path[1]);
      if (!notice) throw new Refusal(404, "not_found", "there is no such notice");
      if (path[2] === "take") {
        if (!notice.takable) throw new Refusal(422, "invalid", "the other value cannot be put back", "id");
        const doc = this.#store.find("viewers", notice.document);
        if (doc && notice.kind === "viewer") this.#store.change("viewers", doc, { [notice.cell]: notice.value });
        notice.current = notice.value;
        notice.takable = false;
      }
      notice.resolved_at ??= Date.now();
      notice.resolved_by ??= (this.#store.all("users")[0] as { id: string }).id;
      exchange.send(204);
    } else if (method === "GET" && path[0] === "changes") exchange.send(200, this.#arrival(path[1] ?? ""));
    else return false;
    return true;
  }

  #arrival(dot: string): Arrival {
    const live = this.view.servers.filter((one) => one.state !== "retired");
    const servers = live.map(({ id, name, state }) => ({ id, name, has: state === "indirect" ? null : !this.cut.has(name), connected: !this.cut.has(name) }));
    return { dot, here: true, made_at: Date.now(), servers };
  }
}

const EMPTY: Omit<ServerView, "id" | "name" | "joined_at" | "last_seen"> = {
  role: "sub", promoted_at: null, led_before: false, fork: false, parent: null, read_only: false, version: "0.6.0", retired_at: null, state: "connected", why: "", pending_out: 0, oldest_out_at: null, pending_in: 0, way: null, address: null, since: null, clock_offset_ms: 3, files_missing: 0, bytes_missing: 0, records_waiting: 0, records_dropped: 0, site: "", keeps: "by_role", zone: null, limits: [], receive_limit: null, send_limit: null, files_received: 0, files_sent: 0,
};

/** A day: quiet, but for a busy morning, and Pier 3 cut off for the last three quarters of an hour. */
function samples(name: string, now: number): ServerSample[] {
  const start = now - (now % STEP_MS) - 287 * STEP_MS;
  return Array.from({ length: 288 }, (_, place) => {
    const cut = name === "Pier 3" && place > 278;
    const busy = place > 96 && place < 120 ? 8 + name.length + ((place * 7) % 23) : place % 11 === 0 ? 2 : 0;
    return { at: start + place * STEP_MS, connected: !cut, pending_out: name === "Ferry terminal" ? 0 : cut ? (place - 278) * 2 : busy, pending_in: 0, files_missing: 0, records_waiting: cut ? 150 * (place - 278) : 0 };
  });
}
