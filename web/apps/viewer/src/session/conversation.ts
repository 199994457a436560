import { obey, type CommandPorts } from "../commands.ts";
import type { Known } from "../known.ts";
import type { Keeper } from "../plan/keeper.ts";
import type { Journal } from "../plays/journal.ts";
import type { Limits } from "../media/limits.ts";
import type { Faults } from "../report/faults.ts";
import type { Overlay } from "../screens/overlay.ts";
import type { BootFacts } from "../host/boot.ts";
import type { FromServer } from "./messages.ts";
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
  /** What a native viewer says besides. */
  host: HostPorts | null;
  /** Another page of this browser plays for this device now. */
  replaced(): void;
  /** The server wants nothing more of this device. */
  revoked(): void;
}

/** Does what each message of the server asks for. */
export class Conversation {
  constructor(private readonly parties: Parties) {}

  hear(message: FromServer): void {
    const { clock, known, keeper, journal, faults, overlay, commands, host } = this.parties;
    switch (message.type) {
      case "pairing":
        clock.guess(message.server_time);
        known.learn(message.installation, message.language);
        overlay.pairing(message.code, message.installation);
        return;
      case "welcome":
        clock.guess(message.server_time);
        known.learn(message.installation, message.language, message.viewer.name);
        overlay.clear();
        return;
      case "time":
        clock.add({ t0: message.t0, t1: message.t1, t2: message.t2, t3: clock.local() });
        return;
      case "plan":
        keeper.take(message).catch((error: Error) => faults.add("plan.take", error.message));
        return;
      case "command":
        void obey(message, commands);
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

  /** The session goes on, but an administrator should know. */
  unreadable(text: string): void {
    this.parties.faults.add("message.unreadable", `The server sent what is no message: ${text.slice(0, 120)}`);
  }
}
