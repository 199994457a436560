import type { Identity } from "../identity.ts";
import { fetchFile, type Partial } from "../media/fetch_file.ts";
import type { Wanted } from "../media/wanted.ts";
import { sessionAddress } from "../place.ts";
import type { Database } from "../store/database.ts";
import { Door, type Pass } from "./door.ts";
import { Homeward } from "./homeward.ts";
import { claimOf, inquire } from "./introduce.ts";
import { PROTOCOL, type Goal } from "./link.ts";
import { Numbers } from "./numbers.ts";
import { Roads } from "./roads.ts";

export interface JourneyPorts {
  /** The plan in force. */
  plan(): string | null;
  /** Leaves the server that serves this screen for the one at which the roads stand. */
  move(): void;
  /** The server does not take this identity: forget it and start again. */
  unwelcome(): Promise<void>;
}

/** The servers of this screen: where it goes, what it says there of itself, and what it carries from one to the next. */
export class Journey {
  readonly roads: Roads;
  readonly numbers: Numbers;
  readonly homeward: Homeward;
  private readonly door: Door;

  constructor(
    page: string,
    database: Database,
    private readonly identity: Identity,
    pass: Pass,
    private readonly ports: JourneyPorts,
  ) {
    this.roads = new Roads(page, database);
    this.numbers = new Numbers(database);
    this.homeward = new Homeward(
      this.roads,
      (home) => inquire(home, identity, this.position).then(({ state, covers }) => state === "approved" && covers),
      () => {
        this.roads.first();
        ports.move();
      },
    );
    this.door = new Door(this.roads, identity, pass, () => this.position, ports.unwelcome);
  }

  /** Takes up what an earlier page learned. */
  recall(): Promise<unknown> {
    return Promise.all([this.roads.recall(), this.numbers.recall()]);
  }

  /** Before each session. */
  knock(): Promise<void> {
    return this.door.knock();
  }

  /** Where the next session is to be had. */
  goal(): Goal {
    return { address: sessionAddress(this.roads.root), protocols: this.roads.isOwn ? [PROTOCOL] : [PROTOCOL, `signboard.device.${claimOf(this.identity)}`] };
  }

  /** What the first message of a session says of those before; `now` in Unix milliseconds. */
  carried(now: number): { epoch: number; position: unknown } {
    return { epoch: this.numbers.raise(now), position: this.position };
  }

  /** A file from the server that is spoken to; wherever it comes from, its hash says whether it is the right one. */
  fetch(wanted: Wanted, partial: Partial): Promise<Blob> {
    const claim = this.roads.isOwn ? null : claimOf(this.identity);
    return fetchFile(`${this.roads.root}media/${wanted.hash}`, wanted, partial, claim).catch((error) => this.door.again(error));
  }

  /** What the server knew that made the plan in force. */
  private get position(): unknown {
    return this.numbers.position(this.ports.plan());
  }
}
