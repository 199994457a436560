/** Live values of the mock: which screens are connected, what they play, and which devices ask to be let in. */
import { randomUUID } from "node:crypto";
import type { PendingDevice, Viewer, ViewerStatus } from "../src/schema/screens.ts";
import { Refusal } from "./exchange.ts";
import { defaults, type Doc, type Store } from "./store.ts";
import { timetable } from "./timetable.ts";

const START = Date.now();

export class Live {
  readonly pending: PendingDevice[] = [];
  readonly #store: Store;
  readonly #states = new Map<string, Partial<ViewerStatus>>();
  #plan = 1;
  #received = true;

  constructor(store: Store) {
    this.#store = store;
  }

  set(viewer: string, state: Partial<ViewerStatus>): void {
    this.#states.set(viewer, { ...this.#states.get(viewer), ...state });
    this.#store.live({ viewers: [viewer] });
  }

  ask(code: string, width: number, height: number): PendingDevice {
    const device = { device: randomUUID(), code, user_agent: "Mozilla/5.0 (Linux; Tizen 6.5) Chrome/85", screen: { width, height, ratio: 100 }, address: "192.0.2.41", since: Date.now(), player: "html5" as const, hostname: "", serial: "", output: "", macs: [] };
    this.pending.push(device);
    this.#store.live({ pending: true });
    return device;
  }

  /** A native viewer asks. */
  askNative(code: string): PendingDevice {
    const device: PendingDevice = { device: randomUUID(), code, user_agent: "signboard-viewer 0.1.0 (Debian 13)", screen: { width: 3840, height: 2160 }, address: "192.0.2.77", since: Date.now(), player: "native", hostname: "player-7", serial: "8X-1107", output: "", macs: ["00:11:22:aa:bb:07"] };
    this.pending.push(device);
    this.#store.live({ pending: true });
    return device;
  }

  /** All plans are made anew: sent at once, shown soon after. */
  replan(): void {
    this.#plan++;
    this.#received = false;
    const viewers = this.#store.all("viewers").map((viewer) => viewer.id);
    this.#store.live({ viewers });
    setTimeout(() => {
      this.#received = true;
      this.#store.live({ viewers });
    }, 400);
  }

  drop(device: string): void {
    const doc = this.#store.find("devices", device);
    if (typeof doc?.viewer === "string") this.set(doc.viewer, { online: false, device: null, since: Date.now() });
  }

  status(id: string): ViewerStatus | null {
    const viewer = this.#store.find("viewers", id) as unknown as Viewer | undefined;
    if (!viewer || viewer.trashed_at !== null) return null;
    const device = this.#store.all("devices").find((one) => one.viewer === id);
    const slot = timetable(this.#store, viewer, Date.now(), Date.now() + 60_000)[0];
    return {
      viewer: id,
      online: device !== undefined,
      since: START - 3 * 3_600_000,
      seen: Date.now(),
      device: device?.id ?? null,
      plan: { id: `plan${this.#plan}`.padEnd(16, "0"), state: this.#received ? "shown" : "sent", at: START },
      shows: { row: slot?.row ?? null, item: "" },
      storage_level: "persistent",
      storage_quota: 8e9,
      storage_used: 4.2e8,
      sound: "ok",
      offset_ms: 12,
      missing: [],
      errors: [],
      screenshot_at: null,
      ...this.#states.get(id),
    };
  }

  statuses(): ViewerStatus[] {
    return this.#store.all("viewers").flatMap((viewer) => this.status(viewer.id) ?? []);
  }

  approve(wish: Record<string, unknown>, user: string): Doc {
    const place = this.pending.findIndex((device) => device.code === wish.code);
    const device = this.pending[place];
    if (!device) throw new Refusal(422, "invalid", "No device shows this code.", "code");
    this.pending.splice(place, 1);
    const store = this.#store;
    const viewer = (typeof wish.viewer === "string" && store.find("viewers", wish.viewer)) || store.put("viewers", { ...defaults("viewers", user), name: wish.name || "Screen", zone: wish.zone ?? null });
    for (const old of store.all("devices").filter((one) => one.viewer === viewer.id)) store.change("devices", old, { viewer: null });
    store.put("devices", { ...defaults("devices", user), id: device.device, viewer: viewer.id, screen: { width: device.screen.width, height: device.screen.height }, user_agent: device.user_agent });
    for (const group of (wish.groups as string[] | undefined) ?? []) store.put("memberships", { group, member: { viewer: viewer.id } });
    store.live({ pending: true, viewers: [viewer.id] });
    return viewer;
  }
}
