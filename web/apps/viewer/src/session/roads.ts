import { isList, isObject, isText, type Members } from "@signboard/model";
import type { Database } from "../store/database.ts";

/** A server, as a welcome names it: where it answers, each with a slash at its end. */
export interface Place {
  id: string;
  name: string;
  roots: string[];
}

interface Kept {
  places: Place[];
  /** the server from which the page comes */
  own: string;
}

interface Road {
  /** the server to which it leads; empty where nobody said so yet */
  id: string;
  root: string;
}

/** The most addresses of one server that are tried. */
const MOST = 3;

/** The servers to which this screen goes, in their order, and which of their addresses is taken. A browser reaches the page's own server, and another one
 * only over the page's own scheme: a page that came by HTTPS may not speak HTTP, and over HTTPS each certificate must be trusted. */
export class Roads {
  private kept: Kept = { places: [], own: "" };
  private roads: Road[];
  private at = 0;
  /** how many were tried in this round */
  private tried = 0;

  constructor(
    /** where the page comes from */
    private readonly page: string,
    private readonly database: Database,
  ) {
    this.roads = [{ id: "", root: page }];
  }

  /** Where the server answers that is spoken to now, or tried next. */
  get root(): string {
    return this.here.root;
  }

  /** Whether that is the server of the page, which knows this browser by its cookie. */
  get isOwn(): boolean {
    return this.root === this.page;
  }

  /** Where the server answers to which the screen belongs, while another one is spoken to; null at home. */
  get home(): string | null {
    const first = this.roads[0] as Road;
    return first.root === this.root || (first.id !== "" && first.id === this.here.id) ? null : first.root;
  }

  /** Whether it may be this server that answers here: an address can have come to another machine. */
  expects(server: string): boolean {
    return this.isOwn || this.here.id === server;
  }

  /** What an administrator should know of the servers that this page cannot go to; null where it can go to all. */
  get limits(): string | null {
    const others = this.kept.places.filter((place) => place.id !== this.kept.own);
    if (others.length === 0) return null;
    const own = this.kept.places.filter((place) => place.id === this.kept.own)[0];
    if (own && own.roots.indexOf(this.page) < 0)
      return `This page was opened at ${this.page}, which no server knows as one of its addresses: the others will not answer it. Open it by an address that its server names, or name this one in the server's setting replication.addresses.`;
    const beyond = others.filter((place) => this.usable(place).length === 0).map((place) => place.name || place.id.slice(0, 8));
    if (beyond.length === 0) return null;
    return `This page cannot go to ${beyond.join(", ")}: a page that came by HTTPS reaches other servers only by HTTPS, with certificates that this browser trusts; one that came by HTTP only where the server serves HTTP.`;
  }

  /** Takes up what an earlier page learned. */
  async recall(): Promise<void> {
    const found = await this.database.read<unknown>("setting", "roads").catch(() => undefined);
    if (isObject(found) && isText(found["own"]) && isList(found["places"], isPlace)) this.take(found as unknown as Kept);
  }

  /** The server that is spoken to said its welcome: who it is, and which servers there are. Says whether the screen was moved to another one since the last. */
  learn(here: string, places: Place[]): boolean {
    this.tried = 0;
    const kept = { places, own: this.isOwn ? here : this.kept.own };
    if (JSON.stringify(kept) === JSON.stringify(this.kept)) return false;
    const [before, now] = [this.kept.places[0], places[0]];
    this.take(kept);
    void this.database.write([{ table: "setting", key: "roads", value: kept }]).catch(() => undefined);
    return before !== undefined && now !== undefined && before.id !== now.id;
  }

  /** This one failed: the next is tried. Says whether that one was not tried yet in this round. */
  next(): boolean {
    this.at = (this.at + 1) % this.roads.length;
    this.tried = (this.tried + 1) % this.roads.length;
    return this.tried > 0;
  }

  /** The next that is tried is the first. */
  first(): void {
    this.at = this.tried = 0;
  }

  private get here(): Road {
    return this.roads[this.at] as Road;
  }

  private take(kept: Kept): void {
    const root = this.root;
    this.kept = kept;
    this.roads = [];
    for (const place of kept.places) for (const one of this.usable(place)) this.roads.push({ id: place.id, root: one });
    // However the page was opened, that works while its server does.
    if (!this.roads.some((road) => road.root === this.page)) this.roads.push({ id: kept.own, root: this.page });
    this.at = Math.max(0, this.roads.map((road) => road.root).indexOf(root));
  }

  private usable(place: Place): string[] {
    if (place.id !== "" && place.id === this.kept.own) return [this.page];
    const scheme = `${this.page.split(":")[0]}://`;
    return place.roots.filter((root) => root.indexOf(scheme) === 0 && root !== this.page).slice(0, MOST);
  }
}

/** Whether a welcome names a server this way. */
export function isPlace(value: unknown): boolean {
  return isObject(value) && isText((value as Members)["id"]) && typeof value["name"] === "string" && isList(value["roots"], isRoot);
}

function isRoot(value: unknown): boolean {
  return isText(value) && /^https?:\/\/[^/]+\/$/.test(value as string);
}
