import { obey, type CommandPorts } from "../commands.ts";
import type { Known } from "../known.ts";
import type { Keeper } from "../plan/keeper.ts";
import type { Journal } from "../plays/journal.ts";
import type { Limits } from "../media/limits.ts";
import type { Faults } from "../report/faults.ts";
import type { Overlay } from "../screens/overlay.ts";
import type { BootFacts } from "../host/boot.ts";
import type { FromServer } from "./messages.ts";
import type { Journey } from "./journey.ts";
import type { SessionClock } from "./session_clock.ts";

/** What only a native viewer can ask for. */
export interface HostPorts {
  /** There is nothing to play; the viewer says why. */
  boot(facts: BootFacts): void;
  /** These files of the plan are missing, all others are there. */
  files(missing: string[]): void;
}

/** What a message can touch. */
export interface Parties {
  clock: SessionClock;
  known: Known;
  keeper: Keeper;
  journal: Journal;
  faults: Faults;
  overlay: Overlay;
  commands: CommandPorts;
  /** How files may be fetched from now on. */
  limit(limits: Limits): void;
  /** Where this screen goes. */
  journey: Pick<Journey, "roads" | "numbers" | "homeward">;
  /** What a native viewer says besides. */
  host: HostPorts | null;
  /** This server is none for this screen: the next. */
  elsewhere(): void;
  /** Another page of this browser plays for this device now. */
  replaced(): void;
  /** The server wants nothing more of this device. */
  revoked(): void;
}

/** Does what each message of the server asks for. */
export class Conversation {
  /** the number of the session, as its welcome said */
  private epoch = 0;
  /** what was said of servers out of reach */
  private limits: string | null = null;

  constructor(private readonly parties: Parties) {}

  hear(message: FromServer): void {
    const { clock, known, keeper, journal, faults, overlay, commands, host } = this.parties;
    const { roads, numbers } = this.parties.journey;
    switch (message.type) {
      case "pairing":
        // It knew this screen a moment ago, when it was asked.
        if (!roads.isOwn) return this.parties.elsewhere();
        clock.guess(message.server_time);
        known.learn(message.installation, message.language);
        overlay.pairing(message.code, message.installation);
        return;
      case "welcome":
        if (!roads.expects(message.server || "")) {
          faults.add("servers.other", `At ${roads.root} another server answers than the one that was expected there.`);
          return this.parties.elsewhere();
        }
        clock.guess(message.server_time);
        known.learn(message.installation, message.language, message.viewer.name);
        this.greeted(message);
        overlay.clear();
        return;
      case "time":
        clock.add({ t0: message.t0, t1: message.t1, t2: message.t2, t3: clock.local() });
        return;
      case "plan":
        if (message.position !== undefined) numbers.note(message.id, message.position);
        keeper.take(message).catch((error: Error) => faults.add("plan.take", error.message));
        return;
      case "command":
        // Of two servers that do not hear each other, the one of this session is in charge, and nobody else.
        if ((message.epoch || 0) === this.epoch) void obey(message, commands);
        else commands.send({ type: "result", command: message.id, ok: false, text: "The command is of another session and was not obeyed." });
        return;
      case "download":
        this.parties.limit({ at_once: message.at_once, hours: message.hours });
        return;
      case "boot":
        if (host) host.boot(message);
        return;
      case "files":
        if (host) host.files(message.missing);
        return;
      case "plays_ack":
        void journal.acknowledge(message.stream, message.n);
        return;
      case "error":
        faults.add(`server.${message.code}`, message.message);
        return;
      case "bye":
        if (message.reason === "replaced") this.parties.replaced();
        else if (message.reason === "revoked") this.parties.revoked();
        return;
    }
  }

  private greeted(welcome: Extract<FromServer, { type: "welcome" }>): void {
    const { roads, homeward, numbers } = this.parties.journey;
    const { faults } = this.parties;
    this.epoch = welcome.epoch || 0;
    numbers.learn(this.epoch);
    if (!welcome.server || !welcome.servers) return;
    homeward.pace(welcome.return_after_s, welcome.return_within_s);
    if (roads.learn(welcome.server, welcome.servers)) homeward.moved();
    const limits = roads.limits;
    if (limits && limits !== this.limits) faults.add("servers.beyond", limits);
    this.limits = limits;
  }

  /** The session goes on, but an administrator should know. */
  unreadable(text: string): void {
    this.parties.faults.add("message.unreadable", `The server sent what is no message: ${text.slice(0, 120)}`);
  }
}
