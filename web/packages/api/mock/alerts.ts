/** The mock's alerts: what is raised, what was, the rules, and who is told. A test raises and clears. */
import { randomUUID } from "node:crypto";
import type { Alert, AlertKind, Delivery, Downloads } from "../src/schema/alerts.ts";
import { type Exchange, Refusal } from "./exchange.ts";
import { defaults, type Store } from "./store.ts";

type Single = Record<string, unknown> & { id: string; version: string };

export class Alerts {
  readonly all: Alert[] = [];
  rules: Single = {
    id: "00000000-0000-0000-0000-000000000002",
    version: "default",
    offline: { on: true, minutes: 5 },
    black: { on: true, minutes: 2 },
    frozen: { on: true, minutes: 2 },
    content: { on: true, minutes: 10 },
    disk: { on: true, percent: 5 },
    clock: { on: true, ms: 2000 },
    certificate: { on: true, days: 14 },
    pace: { gather_s: 60, quiet_minutes: 30, repeat_hours: 24 },
  };
  account: Single = { id: "00000000-0000-0000-0000-000000000003", version: "default", host: "", port: null, security: "starttls", authority: "", user: "", has_password: false, sender: "" };
  /** What the next test of a recipient answers. */
  says = { ok: true, text: "250 taken" };
  readonly deliveries: Delivery[] = [];
  readonly downloads: Downloads = { limit: 0, items: [] };
  /** Bodies that held a secret, to see that it was sent. */
  readonly secrets: string[] = [];
  readonly #store: Store;
  #count = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  raise(kind: AlertKind, viewer: { id: string; name: string } | null, numbers: unknown = {}, minutes = 5): Alert {
    const alert: Alert = { id: randomUUID(), kind, viewer, server: null, since: Date.now() - minutes * 60_000, raised: Date.now(), cleared: null, acknowledged: null, numbers };
    this.all.unshift(alert);
    this.#store.live({ alerts: true });
    return alert;
  }

  clear(alert: Alert): void {
    alert.cleared = Date.now();
    this.#store.live({ alerts: true });
  }

  /** Whether the call was one of these. */
  async handle(exchange: Exchange, user: string): Promise<boolean> {
    const call = `${exchange.method} ${exchange.path.join("/")}`;
    if (call === "GET alerts/open") exchange.send(200, page(this.all.filter((one) => one.cleared === null)));
    else if (call === "GET alerts") exchange.send(200, this.#history(exchange.url.searchParams));
    else if (exchange.method === "POST" && exchange.path[0] === "alerts" && exchange.path[2] === "acknowledge") exchange.send(200, this.#acknowledged(exchange.path[1] ?? "", user));
    else if (call === "GET alert-rules") exchange.send(200, this.rules);
    else if (call === "PATCH alert-rules") exchange.send(200, (this.rules = this.#changed(this.rules, await exchange.json())));
    else if (call === "GET mail-account") exchange.send(200, this.account);
    else if (call === "PATCH mail-account") exchange.send(200, (this.account = this.#changed(this.account, this.#hidden(await exchange.json(), "password"))));
    else if (call === "GET downloads") exchange.send(200, this.downloads);
    else if (call === "GET notify/deliveries") exchange.send(200, this.deliveries);
    else if (call === "POST notify/test") {
      const { recipient } = await exchange.json();
      exchange.send(200, { recipient, at: Date.now(), failing_since: null, waiting: 0, ...this.says });
    } else if (call === "POST recipients") {
      const members = this.#hidden(await exchange.json(), "key");
      const address = members.address as { webhook?: string } | null;
      if (address?.webhook && !members.has_key) throw new Refusal(422, "invalid", "requests are signed: give a key of 16 to 200 characters that the receiver knows too", "key");
      exchange.send(201, this.#store.put("recipients", { ...defaults("recipients", user), ...members }));
    } else return false;
    return true;
  }

  #acknowledged(id: string, by: string): Alert {
    const alert = this.all.find((one) => one.id === id && one.cleared === null);
    if (!alert) throw new Refusal(404, "not_found", "this alert is not raised any more: it is in the history");
    alert.acknowledged ??= { by, name: "Ada", at: Date.now() };
    this.#store.live({ alerts: true });
    return alert;
  }

  #history(query: URLSearchParams): unknown {
    const fits = (one: Alert) => (!query.get("viewer") || one.viewer?.id === query.get("viewer")) && (!query.get("kind") || one.kind === query.get("kind"));
    const [start, limit] = [Number(query.get("cursor") ?? 0), Number(query.get("limit") ?? 100)];
    const found = this.all.filter(fits);
    return { ...page(found.slice(start, start + limit)), next: start + limit < found.length ? String(start + limit) : null };
  }

  #hidden(members: Record<string, unknown>, secret: string): Record<string, unknown> {
    const { [secret]: given, ...rest } = members;
    if (given === undefined) return rest;
    this.secrets.push(String(given));
    return { ...rest, [`has_${secret}`]: given !== null };
  }

  #changed(before: Single, members: Record<string, unknown>): Single {
    return { ...before, ...members, version: `s${++this.#count}` };
  }
}

const page = (items: Alert[]) => ({ items, next: null, total: items.length });
