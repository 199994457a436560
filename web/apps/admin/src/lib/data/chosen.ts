/** Files that somebody chose, with what the browser lends to find them again after the page was left. */

/** A file that can be opened again later. Not in the types yet: the permission has to be asked for anew. */
export interface Handle extends FileSystemFileHandle {
  queryPermission(wish: { mode: "read" }): Promise<PermissionState>;
  requestPermission(wish: { mode: "read" }): Promise<PermissionState>;
}

export interface Chosen {
  file: File;
  /** None where the browser lends none: for a form field, over plain HTTP, in Firefox and Safari. */
  handle: Handle | null;
}

/** Files of a form field, which lends nothing. */
export function chosenIn(input: HTMLInputElement): Chosen[] {
  const chosen = [...(input.files ?? [])].map((file) => ({ file, handle: null }));
  // So that the same file can be chosen once more.
  input.value = "";
  return chosen;
}

/** Files that were dropped. To be called while the event is handled: afterwards the browser forgets them. */
export async function chosenFrom(transfer: DataTransfer): Promise<Chosen[]> {
  type Item = DataTransferItem & { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> };
  const items = [...transfer.items].filter((item) => item.kind === "file") as Item[];
  const pairs = items.map((item) => ({ file: item.getAsFile(), lent: item.getAsFileSystemHandle?.().catch(() => null) }));
  const chosen: Chosen[] = [];
  for (const { file, lent } of pairs) {
    const handle = await lent;
    // A folder is a file of no use here.
    if (!file || handle?.kind === "directory") continue;
    chosen.push({ file, handle: (handle as Handle | null | undefined) ?? null });
  }
  return chosen;
}

/** The file behind a handle, after asking the person where that is needed; none where they say no or the file is gone. */
export async function reopened(handle: Handle): Promise<File | null> {
  try {
    const allowed = (await handle.queryPermission({ mode: "read" })) === "granted" || (await handle.requestPermission({ mode: "read" })) === "granted";
    return allowed ? await handle.getFile() : null;
  } catch {
    return null;
  }
}
