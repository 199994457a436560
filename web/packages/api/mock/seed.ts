/** The mock's installation: the ferry terminal Harbour Pier 3 with four screens. */
import { createHash } from "node:crypto";
import type { Body, BodyPage, Element } from "../src/schema/body.ts";
import type { Noun } from "../src/nouns.ts";
import { harbour, MOODS, type Mood } from "./pictures.ts";
import { defaults, type Doc, type Store } from "./store.ts";

const DAY = 86_400_000;

export function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

export interface Seeded {
  admin: Doc;
  /** Viewers by a short name. */
  screens: Record<string, Doc>;
}

export function seed(store: Store): Seeded {
  const admin = store.put("users", { ...defaults("users", ""), login: "admin", name: "Marit Holm" });
  const make = (noun: Noun, members: Record<string, unknown>) => store.put(noun, { ...defaults(noun, admin.id), ...members });
  store.put("grants", { user: admin.id, role: "administrator", scope: "all" });
  const editor = make("users", { login: "jonas", name: "Jonas Visser" });
  store.put("grants", { user: editor.id, role: "editor", scope: "all" });

  const [low, normal, high] = [["Low", 10, "#6b7f99"], ["Normal", 20, "#3b82c4"], ["High", 30, "#c26a1c"]].map(([name, rank, colour]) => make("priorities", { name, rank, colour })) as [Doc, Doc, Doc];
  const terminal = make("groups", { name: "Terminal" });
  const cafes = make("groups", { name: "Cafes" });
  store.put("memberships", { group: terminal.id, member: { group: cafes.id } });

  const screen = (name: string, location: string, group: Doc, width: number, height: number, rest: Record<string, unknown> = {}) => {
    const viewer = make("viewers", { name, location, ...rest });
    make("devices", { viewer: viewer.id, screen: { width, height }, user_agent: "Chromium 128 on Linux" });
    store.put("memberships", { group: group.id, member: { viewer: viewer.id } });
    return viewer;
  };
  const screens = {
    departures: screen("Departures", "Hall, above gate 2", terminal, 1920, 1080),
    welcome: screen("Welcome", "Entrance", terminal, 1920, 1080),
    way: screen("Wayfinding", "Stairs to the quay", terminal, 1920, 1080, { rotation: 90 }),
    cafe: screen("Cafe menu", "Cafe Kaap", cafes, 1920, 1080, { zone: "Europe/Amsterdam" }),
  };

  for (const [mac, viewer] of [["00:1b:21:0a:4c:01", screens.departures], ["00:1b:21:0a:4c:02", screens.departures], ["00:1b:21:0a:4c:03", screens.cafe]] as const) make("network-cards", { mac, viewer: viewer.id });

  const photos = make("folders", { name: "Photographs" });
  const harbourFolder = make("folders", { name: "Harbour", parent: photos.id });
  make("folders", { name: "Films" });
  const picture = (name: string, mood: Mood, folder: Doc | null, width = 1920, height = 1080) => {
    const bytes = harbour(mood, width, height);
    const doc = make("media", { name, folder: folder?.id ?? null, width, height, bytes: bytes.length * 420, hash: hashOf(name), attribution: "Drawn by the Signboard project" });
    store.files.set(doc.id, { bytes, mime: "image/svg+xml" });
    return doc;
  };
  const dusk = picture("Harbour at dusk.jpg", MOODS.dusk as Mood, harbourFolder);
  const noon = picture("Ferry at noon.jpg", MOODS.noon as Mood, harbourFolder);
  const night = picture("Night crossing.jpg", MOODS.night as Mood, harbourFolder);
  picture("Quay in the mist.jpg", MOODS.mist as Mood, photos);
  const dawn = picture("First boat.jpg", MOODS.dawn as Mood, photos, 1080, 1920);
  picture("Timetable winter.png", MOODS.mist as Mood, null);

  const publish = (presentation: Doc, body: Body) => {
    const hash = hashOf(body);
    store.bodies.set(hash, body);
    const pages = body.pages.map((page) => ({ id: page.id, duration_ms: page.duration_ms, transition: page.transition ?? { kind: "fade", ms: 600 } }));
    const revision = store.put("revisions", { presentation: presentation.id, parent: null, body: hash, canvas: body.canvas, pages, media: [], published_by: admin.id, published_at: Date.now() - 2 * DAY });
    return store.change("presentations", presentation, { draft: hash, head: revision.id });
  };
  const welcome = publish(make("presentations", { name: "Welcome loop" }), body(1920, 1080, [photoPage("p1", dusk.id, "Welcome to Harbour Pier 3", "Willkommen · Welkom"), photoPage("p2", noon.id, "Next boat 14:20", "Gate 2 · boarding from 14:05"), photoPage("p3", night.id, "Last crossing 23:10", "Letzte Fahrt · Laatste afvaart")]));
  const board = publish(make("presentations", { name: "Departures board" }), body(1920, 1080, [boardPage()]));
  const menu = publish(make("presentations", { name: "Breakfast menu" }), body(1920, 1080, [photoPage("p1", dawn.id, "Breakfast until 11", "Coffee 3.20 · Rye roll 4.80 · Porridge 5.50")]));
  const way = publish(make("presentations", { name: "Way to the quay" }), body(1080, 1920, [photoPage("p1", dawn.id, "Quay 3 →", "Lift to the left", 1080, 1920)]));
  const draft = body(1920, 1080, [photoPage("p1", night.id, "Winter sale", "Until Sunday in all shops")]);
  store.bodies.set(hashOf(draft), draft);
  make("presentations", { name: "Winter sale", draft: hashOf(draft) });
  const changed = body(1920, 1080, [photoPage("p1", dusk.id, "Welcome aboard", "Willkommen · Welkom")]);
  store.bodies.set(hashOf(changed), changed);
  store.change("presentations", store.find("presentations", welcome.id) as Doc, { draft: hashOf(changed) });

  const loop = make("playlists", { name: "Lobby loop" });
  for (const [order, content] of [{ presentation: welcome.id }, { media: noon.id }, { media: night.id }].entries())
    store.put("playlist-items", { ...defaults("playlist-items", admin.id), playlist: loop.id, order: `a${order}`, content, duration_ms: "media" in content ? 12_000 : null });

  const monday = new Date(Date.now() - ((new Date().getUTCDay() + 6) % 7) * DAY).toISOString().slice(0, 10);
  const row = (content: unknown, destination: unknown, when: Record<string, unknown>, rest: Record<string, unknown> = {}) =>
    make("schedules", { content, destination, when: { from: `${monday}T00:00:00`, until: null, zone: null, recurrence: null, ...when }, priority: normal.id, ...rest });
  row({ playlist: loop.id }, "all", {}, { name: "Lobby loop", priority: low.id, made_at: Date.now() - 30 * DAY });
  row({ presentation: board.id }, { viewer: screens.departures.id }, {}, { made_at: Date.now() - 20 * DAY });
  row({ presentation: menu.id }, { group: cafes.id }, { recurrence: { weekly: { every: 1, days: ["mo", "tu", "we", "th", "fr", "sa", "su"], window: { start: "06:30:00", end: "11:00:00" } } } }, { priority: high.id });
  row({ presentation: welcome.id }, { viewer: screens.welcome.id }, { recurrence: { weekly: { every: 1, days: ["mo", "tu", "we", "th", "fr"], window: { start: "08:00:00", end: "20:00:00" } } } });
  row({ presentation: way.id }, { viewer: screens.way.id }, {});
  row({ media: dusk.id }, { group: terminal.id }, { recurrence: { weekly: { every: 1, days: ["fr", "sa"], window: { start: "17:00:00", end: "22:00:00" } } } }, { name: "Evening picture", priority: high.id });
  return { admin, screens };
}

function body(width: number, height: number, pages: BodyPage[]): Body {
  return { version: 1, canvas: { width, height, background: "#10141a" }, pages };
}

function photoPage(id: string, media: string, title: string, line: string, width = 1920, height = 1080): BodyPage {
  const side = Math.round(width * 0.06);
  const elements: Element[] = [
    { id: "photo", kind: "image", name: "Photograph", frame: { x: 0, y: 0, w: width, h: height }, media, fit: "cover" },
    { id: "veil", kind: "shape", name: "Veil", frame: { x: 0, y: Math.round(height * 0.55), w: width, h: Math.round(height * 0.45) }, gradient: { from: "#00000000", to: "#000000cc", angle: 180 } },
    { id: "title", kind: "text", name: "Title", frame: { x: side, y: Math.round(height * 0.68), w: width - 2 * side, h: 150 }, text: title, size: width > 1500 ? 120 : 96, weight: 700 },
    { id: "line", kind: "text", name: "Line", frame: { x: side, y: Math.round(height * 0.83), w: width - 2 * side, h: 80 }, text: line, size: width > 1500 ? 52 : 42, colour: "#ffd58a" },
    { id: "clock", kind: "clock", name: "Clock", frame: { x: width - side - 320, y: side, w: 320, h: 100 }, size: 80, weight: 600, align: "end", format: "HH:mm" },
  ];
  return { id, name: title, duration_ms: 8000, transition: { kind: "fade", ms: 600 }, elements };
}

function boardPage(): BodyPage {
  const lines = [["14:20", "Norderney", "Gate 2"], ["14:45", "Juist", "Gate 1"], ["15:10", "Terschelling", "Gate 3"], ["15:30", "Norderney", "Gate 2"]];
  const elements: Element[] = [
    { id: "band", kind: "shape", name: "Band", frame: { x: 0, y: 0, w: 1920, h: 180 }, fill: "#ffb224" },
    { id: "head", kind: "text", name: "Head", frame: { x: 80, y: 40, w: 1200, h: 110 }, text: "Departures", size: 88, weight: 700, colour: "#231500" },
    { id: "clock", kind: "clock", name: "Clock", frame: { x: 1440, y: 40, w: 400, h: 110 }, size: 88, weight: 700, colour: "#231500", align: "end", font: "JetBrains Mono" },
  ];
  lines.forEach(([time, place, gate], n) => {
    const y = 240 + n * 190;
    elements.push({ id: `t${n}`, kind: "text", frame: { x: 80, y, w: 360, h: 120 }, text: time, size: 92, weight: 600, colour: "#ffb224", font: "JetBrains Mono" });
    elements.push({ id: `p${n}`, kind: "text", frame: { x: 480, y, w: 860, h: 120 }, text: place, size: 92, weight: 500 });
    elements.push({ id: `g${n}`, kind: "text", frame: { x: 1380, y, w: 460, h: 120 }, text: gate, size: 72, colour: "#a9b1bd", align: "end" });
  });
  return { id: "p1", name: "Board", duration_ms: 15_000, elements };
}
