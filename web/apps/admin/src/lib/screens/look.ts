/** How a screen hangs and how it does. */
import type { Device, Id, Viewer, ViewerStatus } from "@signboard/api";
import { t } from "@signboard/ui";
import { devices } from "$lib/data/collection.svelte.ts";

export type Tone = "good" | "bad" | "warn" | "off";

/** The device at each screen, for each state of the list. */
const BY_VIEWER = new WeakMap<readonly Device[], Map<Id, Device>>();

export function deviceOf(viewer: Id): Device | undefined {
  const all = devices.items;
  let index = BY_VIEWER.get(all);
  if (!index) {
    index = new Map(all.flatMap((one) => (one.viewer !== null && one.revoked_at === null ? [[one.viewer, one] as const] : [])));
    BY_VIEWER.set(all, index);
  }
  return index.get(viewer);
}

/** Width and height as seen, the rotation applied. */
export function sizeOf(viewer: Viewer): { width: number; height: number } {
  const { width, height } = deviceOf(viewer.id)?.screen ?? { width: 1920, height: 1080 };
  const wide = width > 0 && height > 0 ? { width, height } : { width: 1920, height: 1080 };
  return viewer.rotation % 180 === 0 ? wide : { width: wide.height, height: wide.width };
}

/** One word of state: what matters most first. */
export function toneOf(status: ViewerStatus | undefined): { tone: Tone; text: string } {
  if (!status || !status.device) return { tone: "off", text: t("status.no_device") };
  if (!status.online) return { tone: "off", text: t("status.offline") };
  if (status.missing.length > 0) return { tone: "bad", text: t("status.missing", { n: status.missing.length }) };
  if (status.errors.length > 0) return { tone: "warn", text: t("status.errors", { n: status.errors.length }) };
  if (status.storage_level === "page") return { tone: "warn", text: t("status.page") };
  if (status.plan && status.plan.state !== "shown") return { tone: "warn", text: t(status.plan.state === "received" ? "plan.received" : status.plan.state === "incomplete" ? "plan.incomplete" : "plan.sent") };
  return { tone: "good", text: t("status.online") };
}
