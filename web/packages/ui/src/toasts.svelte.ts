/** Short notices in the corner. A notice of something that can be undone stays longer. */
import { t } from "./i18n.svelte.ts";

export interface Toast {
  id: number;
  text: string;
  tone: "plain" | "bad";
  /** A code that can be copied for whoever helps. */
  code?: string;
  undo?: () => unknown;
  /** Stays until it is closed: it names what somebody has to see to. */
  lasting?: boolean;
}

const SHORT_MS = 5000;
const LONG_MS = 10_000;
let last = 0;

export const toasts = $state<Toast[]>([]);

export function dismiss(id: number): void {
  const place = toasts.findIndex((toast) => toast.id === id);
  if (place >= 0) toasts.splice(place, 1);
}

/** Says something; with `undo`, offers to take it back. */
export function tell(text: string, options: Partial<Omit<Toast, "id" | "text">> = {}): void {
  const id = ++last;
  toasts.push({ id, text, tone: "plain", ...options });
  if (toasts.length > 4) toasts.shift();
  if (!options.lasting) setTimeout(() => dismiss(id), options.undo || options.tone === "bad" ? LONG_MS : SHORT_MS);
}

/** Says what went wrong, in the server's sentence where there is one. */
export function complain(reason: unknown): void {
  const failure = reason as { message?: string; code?: string; offline?: boolean };
  tell(failure.offline ? t("error.unreachable") : (failure.message ?? t("error.unknown")), { tone: "bad", code: failure.code });
}

/** Runs an action and complains when it fails. Returns whether it went well. */
export async function attempt(action: () => unknown): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (reason) {
    complain(reason);
    return false;
  }
}
