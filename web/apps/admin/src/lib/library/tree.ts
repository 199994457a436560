/** The tree of folders as plain data. */
import type { Folder, Id } from "@signboard/api";

/** The way from the top down to a folder, itself included. A loop in the data ends the walk. */
export function pathTo(folders: readonly Folder[], id: Id | null): Folder[] {
  const path: Folder[] = [];
  for (let at = folders.find((one) => one.id === id); at && !path.includes(at); at = folders.find((one) => one.id === at?.parent)) path.unshift(at);
  return path;
}
