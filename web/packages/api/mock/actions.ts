/** The mock's calls that are more than list, find, make, change and remove. Returns whether the call was one of them. */
import type { Body } from "../src/schema/body.ts";
import type { Schedule } from "../src/schema/schedule.ts";
import type { Viewer } from "../src/schema/screens.ts";
import { cleared } from "./cleared.ts";
import { type Exchange, Refusal } from "./exchange.ts";
import type { Live } from "./live.ts";
import { hashOf } from "./seed.ts";
import { defaults, type Doc, type Store } from "./store.ts";
import { compare, timetable, why } from "./timetable.ts";

export interface Context {
  store: Store;
  live: Live;
  user: string;
}

type Action = (context: Context, exchange: Exchange, doc: Doc) => unknown | Promise<unknown>;

const wanted = (exchange: Exchange, name: string) => Number(exchange.url.searchParams.get(name));

function publish({ store, live, user }: Context, doc: Doc, hash: string): Doc {
  const body = store.bodies.get(hash) as Body | undefined;
  if (!body) throw new Refusal(422, "invalid", "There is no draft to publish.");
  const pages = body.pages.map((page) => ({ id: page.id, duration_ms: page.duration_ms, transition: page.transition ?? { kind: "fade", ms: 600 } }));
  const revision = store.put("revisions", { presentation: doc.id, parent: doc.head, body: hash, canvas: body.canvas, pages, media: [], published_by: user, published_at: Date.now() });
  store.change("presentations", doc, { draft: hash, head: revision.id });
  live.replan();
  return revision;
}

function takeDown({ store, live }: Context, doc: Doc): unknown {
  const row = doc as unknown as Schedule;
  const zone = row.when.zone ?? "Europe/Berlin";
  const civil = new Date().toLocaleString("sv-SE", { timeZone: zone }).replace(" ", "T");
  if (row.when.from >= civil) store.remove("schedules", doc);
  else store.change("schedules", doc, { when: { ...row.when, until: civil } });
  live.replan();
  return cleared(store, live, "schedules", doc);
}

function swap({ store }: Context, doc: Doc, up: boolean): Doc {
  const row = doc as unknown as Schedule;
  const equals = store.all<Schedule>("schedules").filter((one) => one.priority === row.priority && one.trashed_at === null).sort((a, b) => compare(store, a, b));
  const place = equals.findIndex((one) => one.id === row.id);
  const other = equals[place + (up ? -1 : 1)];
  if (!other) return doc;
  const mine = row.order ?? row.made_at;
  store.change("schedules", other as unknown as Doc, { order: mine });
  return store.change("schedules", doc, { order: (other.order ?? other.made_at) === mine ? mine + (up ? 1 : -1) : (other.order ?? other.made_at) });
}

const ACTIONS: Record<string, Action> = {
  "GET presentations draft": ({ store }, exchange, doc) => {
    if (!doc.draft) throw new Refusal(404, "not_found", "There is no draft yet.");
    exchange.send(200, store.bodies.get(String(doc.draft)), { ETag: `"${String(doc.draft)}"` });
  },
  "PUT presentations draft": async ({ store }, exchange, doc) => {
    if (exchange.match !== (doc.draft ?? "none")) throw new Refusal(412, "version_conflict", "Somebody else saved in between.");
    const body = await exchange.json();
    const hash = hashOf(body);
    store.bodies.set(hash, body);
    store.change("presentations", doc, { draft: hash });
    exchange.send(200, { draft: hash }, { ETag: `"${hash}"` });
  },
  "POST presentations publish": (context, _exchange, doc) => publish(context, doc, String(doc.draft)),
  "POST presentations unpublish": ({ store, live }, _exchange, doc) => {
    const reached = cleared(store, live, "presentations", doc);
    store.change("presentations", doc, { head: null });
    live.replan();
    return reached;
  },
  "POST presentations revert": async (context, exchange, doc) => {
    const revision = context.store.find("revisions", String((await exchange.json()).revision));
    if (!revision) throw new Refusal(404, "not_found", "There is no such revision.");
    return publish(context, doc, String(revision.body));
  },
  "GET presentations problems": ({ store }, exchange, doc) => {
    const body = store.bodies.get(String(doc.draft)) as Body | undefined;
    const gaps = (body?.pages ?? []).flatMap((page) =>
      page.elements.filter((element) => "media" in element && store.find("media", element.media)?.trashed_at !== null).map((element) => ({ page: page.id, element: element.id, code: "media.missing", text: "The media of this element is not in the library." })),
    );
    exchange.send(200, gaps);
  },
  "GET revisions body": ({ store }, exchange, doc) => exchange.send(200, store.bodies.get(String(doc.body))),
  "POST playlists items": async ({ store, user }, exchange, doc) => {
    const { content, after, duration_ms } = await exchange.json();
    const items = store.all("playlist-items").filter((item) => item.playlist === doc.id).sort((a, b) => String(a.order).localeCompare(String(b.order)));
    return store.put("playlist-items", { ...defaults("playlist-items", user), playlist: doc.id, content, duration_ms: duration_ms ?? null, order: between(items, (after as string) ?? items.at(-1)?.id ?? null) });
  },
  "POST playlist-items move": async ({ store }, exchange, doc) => {
    const { after } = await exchange.json();
    const items = store.all("playlist-items").filter((item) => item.playlist === doc.playlist && item.id !== doc.id).sort((a, b) => String(a.order).localeCompare(String(b.order)));
    return store.change("playlist-items", doc, { order: between(items, after as string | null) });
  },
  "POST devices revoke": ({ store, live }, _exchange, doc) => {
    live.drop(doc.id);
    return store.change("devices", doc, { viewer: null, revoked_at: Date.now() });
  },
  "POST viewers commands": ({ store }, _exchange, doc) => {
    store.live({ viewers: [doc.id] });
    return {};
  },
  "GET viewers screenshot": () => {
    throw new Refusal(404, "not_found", "There is no picture of this screen yet.");
  },
  "GET viewers screenshots": (_context, exchange) => exchange.send(200, []),
  "GET viewers timetable": ({ store }, exchange, doc) => exchange.send(200, timetable(store, doc as unknown as Viewer, wanted(exchange, "from"), wanted(exchange, "until"))),
  "GET viewers why": ({ store }, exchange, doc) => exchange.send(200, why(store, doc as unknown as Viewer, wanted(exchange, "at") || Date.now())),
  "POST schedules take-down": (context, _exchange, doc) => takeDown(context, doc),
  "POST schedules raise": (context, _exchange, doc) => swap(context, doc, true),
  "POST schedules lower": (context, _exchange, doc) => swap(context, doc, false),
};

/** A fractional index after an item: enough letters for a mock. */
function between(items: Doc[], after: string | null): string {
  const place = items.findIndex((item) => item.id === after);
  const low = place < 0 ? "" : String(items[place]?.order);
  const high = items[place + 1] ? String(items[place + 1]?.order) : null;
  if (high === null) return `${low}m`;
  return low && high.startsWith(low) ? `${low}${"0".repeat(high.length - low.length)}5` : `${high.slice(0, -1)}${String.fromCharCode(high.charCodeAt(high.length - 1) - 1)}m`;
}

export async function act(context: Context, exchange: Exchange): Promise<boolean> {
  const [noun, id = "", verb] = exchange.path;
  const action = ACTIONS[`${exchange.method} ${noun} ${verb}`];
  if (!action) return false;
  const doc = context.store.find(noun as "media", id);
  if (!doc) throw new Refusal(404, "not_found", "There is no such thing.");
  const answer = await action(context, exchange, doc);
  if (!exchange.response.headersSent) exchange.send(answer === undefined ? 204 : 200, answer);
  return true;
}
