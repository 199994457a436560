/** How alerts look: their sign, and the number behind them in words. */
import type { Alert, AlertKind } from "@signboard/api";
import { bytes, moment, number, t } from "@signboard/ui";

/** What stops a screen is bad; what will stop it is a warning. */
export const TONES: Record<AlertKind, "bad" | "warn"> = { offline: "bad", black: "bad", frozen: "bad", content: "warn", disk: "warn", clock: "warn", certificate: "warn", spoilt: "bad" };

/** The number behind an alert; nothing where there is none. */
export function detail(alert: Alert): string {
  const numbers = (alert.numbers ?? {}) as { offset_ms?: number; free?: number; size?: number; until?: number; files?: number };
  if (alert.kind === "clock" && numbers.offset_ms !== undefined) return `${numbers.offset_ms > 0 ? "+" : ""}${number(numbers.offset_ms)} ms`;
  if (alert.kind === "disk" && numbers.free !== undefined) return t("alerts.disk_left", { free: bytes(numbers.free), size: bytes(numbers.size ?? 0) });
  if (alert.kind === "certificate" && numbers.until) return t("alerts.ends", { at: moment(numbers.until, "date") });
  if (alert.kind === "spoilt" && numbers.files !== undefined) return t("alerts.spoilt_files", { n: numbers.files });
  if (alert.viewer && alert.server) return t("alerts.silent", { name: alert.server.name });
  return "";
}
