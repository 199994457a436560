/** The mock's documents, with versions and live events: everything is in memory and gone when it ends. */
import { randomUUID } from "node:crypto";
import { KIND, type Noun } from "../src/nouns.ts";

export type Doc = Record<string, unknown> & { id: string; version: string };
export type Send = (event: string, data: unknown) => void;

const TRASHLESS: Noun[] = ["memberships", "playlist-items", "grants", "tokens", "priorities", "network-cards", "enrolment-tokens", "expected-devices", "recipients", "on-hours", "download-rules", "viewer-settings"];

export class Store {
  readonly nouns = new Map<Noun, Map<string, Doc>>((Object.keys(KIND) as Noun[]).map((noun) => [noun, new Map()]));
  readonly listeners = new Set<Send>();
  /** Bodies of presentations by hash. */
  readonly bodies = new Map<string, unknown>();
  /** Files of media by id. */
  readonly files = new Map<string, { bytes: Buffer; mime: string }>();
  #count = 0;

  all<T = Doc>(noun: Noun): T[] {
    return [...this.#map(noun).values()] as T[];
  }

  find(noun: Noun, id: string): Doc | undefined {
    return this.#map(noun).get(id);
  }

  put(noun: Noun, members: Record<string, unknown>): Doc {
    const id = typeof members.id === "string" ? members.id : randomUUID();
    const before = this.find(noun, id);
    const doc = { ...members, id, version: `v${++this.#count}` } as Doc;
    this.#map(noun).set(id, doc);
    this.#tell(noun, id, before ? "update" : "insert");
    return doc;
  }

  change(noun: Noun, doc: Doc, members: Record<string, unknown>): Doc {
    return this.put(noun, { ...doc, ...members });
  }

  /** Trash where there is one, else gone. */
  remove(noun: Noun, doc: Doc): void {
    if (!TRASHLESS.includes(noun)) {
      this.change(noun, doc, { trashed_at: Date.now() });
      return;
    }
    this.#map(noun).delete(doc.id);
    this.#tell(noun, doc.id, "delete");
  }

  live(data: unknown): void {
    for (const send of this.listeners) send("live", data);
  }

  #map(noun: Noun): Map<string, Doc> {
    return this.nouns.get(noun) as Map<string, Doc>;
  }

  #tell(noun: Noun, id: string, action: string): void {
    for (const send of this.listeners) send("change", { kind: KIND[noun], id, dot: `1:${this.#count}`, author: null, action });
  }
}

/** What a new resource of each noun has where nothing was said. */
export function defaults(noun: Noun, user: string): Record<string, unknown> {
  const made = { made_by: user, made_at: Date.now(), trashed_at: null };
  const validity = { from: null, until: null, zone: null };
  const table: Partial<Record<Noun, Record<string, unknown>>> = {
    media: { ...made, name: "", folder: null, hash: "", sha256: "", mime: "image/svg+xml", bytes: 0, width: 1920, height: 1080, duration_ms: 0, has_audio: false, thumbnail: "1", validity, attribution: "" },
    folders: { ...made, name: "", parent: null },
    presentations: { ...made, name: "", folder: null, draft: null, head: null },
    playlists: { ...made, name: "", folder: null, shuffle: false, transition: { kind: "fade", ms: 600 } },
    "playlist-items": { duration_ms: null, validity },
    viewers: { ...made, name: "", location: "", zone: null, rotation: 0, fit: "contain", volume: 100, muted: false, fallback: null, server: null },
    devices: { viewer: null, player: "html5", user_agent: "", screen: { width: 1920, height: 1080 }, in_charge: null, approved_by: user, approved_at: Date.now(), revoked_at: null },
    groups: { ...made, name: "" },
    "network-cards": { viewer: null, mac: "", has_secure_on: false, made_by: user, made_at: Date.now() },
    "enrolment-tokens": { name: "", viewer: null, group: null, uses: 1, used: 0, made_by: user, made_at: Date.now(), expires_at: null },
    "expected-devices": { serial: "", mac: null, name: "", group: null, device: null, made_by: user, made_at: Date.now() },
    "on-hours": { destination: null, when: null, made_by: user, made_at: Date.now() },
    "download-rules": { destination: null, bytes_per_second: null, at_once: null, hours: null, all_bytes_per_second: null, made_by: user, made_at: Date.now() },
    "viewer-settings": { destination: null, power: null, wake: null, resolution: null, brightness: null, loudness: null, screenshot_s: null, share: null, made_by: user, made_at: Date.now() },
    recipients: { name: "", address: null, paused: false, kinds: [], destination: null, has_key: false, made_by: user, made_at: Date.now() },
    schedules: { ...made, name: "", content: null, destination: null, priority: null, order: null, emergency: false },
    priorities: { name: "", rank: 0, colour: "#8c96a4" },
    users: { login: "", name: "", language: "", made_at: Date.now(), trashed_at: null },
    tasks: { ...made, name: "", kind: null, destination: null, when: null, expires_s: null, cancelled_at: null },
    tokens: { user, made_at: Date.now(), expires_at: null },
  };
  return table[noun] ?? {};
}
