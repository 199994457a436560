/** Uploads that an earlier visit left unfinished: offered again, with how far they came. */
import { Failure, type Upload as State } from "@signboard/api";
import { bytes, t, tell } from "@signboard/ui";
import { client } from "./api.ts";
import { reopened, type Chosen } from "./chosen.ts";
import { forgetUpload, isLeft, isSame, remembered, tabName, type Unfinished } from "./unfinished.ts";

export interface LeftOver {
  was: Unfinished;
  /** How much the server has, in whole per cent. */
  percent: number;
}

export const leftOver = $state<LeftOver[]>([]);

const idOf = (url: string) => url.split("/").at(-1) ?? "";

/** Looks for what was cut off. `busy` says which of them this page itself is sending. */
export async function lookForLeftOver(busy: (url: string) => boolean): Promise<void> {
  const tab = tabName();
  for (const was of await remembered()) {
    if (busy(was.url) || !isLeft(was, tab, Date.now()) || leftOver.some((one) => one.was.url === was.url)) continue;
    try {
      const state = await client.get<State>(`/uploads/${idOf(was.url)}`);
      if (state.state !== "receiving" || state.received >= state.length) await forgetUpload(was.url);
      else if (!busy(was.url) && !leftOver.some((one) => one.was.url === was.url)) leftOver.push({ was, percent: Math.floor((state.received / Math.max(1, state.length)) * 100) });
    } catch (reason) {
      // The server keeps what is not finished for a time only.
      if (reason instanceof Failure && reason.status === 404) await forgetUpload(was.url);
    }
  }
}

/** Takes one off the list, since it goes on or is given up. */
export function takeOff(url: string): void {
  const place = leftOver.findIndex((one) => one.was.url === url);
  if (place >= 0) leftOver.splice(place, 1);
}

/** The one that a file belongs to. */
export function leftOverOf(file: File): Unfinished | undefined {
  return leftOver.find((one) => isSame(file, one.was))?.was;
}

/** The file of an upload without a choice, where the browser lent a handle; nothing where it has to be chosen again. */
export async function fileOf(one: LeftOver): Promise<Chosen | null> {
  const file = one.was.handle ? await reopened(one.was.handle) : null;
  if (file && fitting(one, file)) return { file, handle: one.was.handle };
  return null;
}

/** Whether a chosen file is the right one; says so when it is not. */
export function fitting(one: LeftOver, file: File): boolean {
  if (isSame(file, one.was)) return true;
  tell(t("upload.other_file", { name: file.name, wanted: one.was.name, bytes: bytes(one.was.bytes) }), { tone: "bad" });
  return false;
}

/** Gives one up: the server may throw away what it has. */
export async function giveUp(one: LeftOver): Promise<void> {
  takeOff(one.was.url);
  await forgetUpload(one.was.url);
  await client.call("DELETE", `/uploads/${idOf(one.was.url)}`, {}).catch(() => null);
}
