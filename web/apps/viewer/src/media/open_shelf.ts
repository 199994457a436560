import { HostShelf } from "../host/host_shelf.ts";
import type { Database } from "../store/database.ts";
import { BlobShelf } from "./blob_shelf.ts";
import { CacheShelf } from "./cache_shelf.ts";
import type { Shelf } from "./shelf.ts";

/** A cache that the browser cannot open any more must not keep the screen dark: then the files go where a page without worker keeps them. */
export function openShelf(level: Shelf["level"], root: string, database: Database): Promise<Shelf> {
  if (level === "host") return Promise.resolve(new HostShelf(root));
  const page = () => BlobShelf.open(database);
  return level === "persistent" ? CacheShelf.open(root, database).catch(page) : page();
}
