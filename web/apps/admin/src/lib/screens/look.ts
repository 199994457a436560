/** How a screen hangs and how it does. */
import type { Device, Id, Viewer, ViewerStatus } from "@signboard/api";
import { t } from "@signboard/ui";
import { devices } from "$lib/data/collection.svelte.ts";

export type Tone = "good" | "bad" | "warn" | "off";

export function deviceOf(viewer: Id): Device | undefined {
  return devices.items.find((one) => one.viewer === viewer && one.revoked_at === null);
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
