import { isObject } from "@signboard/model";
import type { Database } from "./store/database.ts";

interface Facts {
  name: string;
  installation: string;
  language: string;
}

/** What the server told of itself and of this screen, kept for starts without it. */
export class Known {
  private facts: Facts = { name: "", installation: "Signboard", language: navigator.language || "en" };

  constructor(
    private readonly database: Database,
    private readonly learned: (known: Known) => void,
  ) {}

  /** The screen's name; empty until it has one. */
  get name(): string {
    return this.facts.name;
  }

  get installation(): string {
    return this.facts.installation;
  }

  get language(): string {
    return this.facts.language;
  }

  /** Takes up what an earlier page learned. */
  async recall(): Promise<void> {
    const found = await this.database.read<unknown>("setting", "known").catch(() => undefined);
    if (!isObject(found)) return;
    const { name, installation, language } = found;
    if (typeof name !== "string" || typeof installation !== "string" || typeof language !== "string") return;
    this.facts = { name, installation, language };
    this.learned(this);
  }

  /** The server said it. Without a name the one that is known stays. */
  learn(installation: string, language: string, name = this.facts.name): void {
    const { facts } = this;
    if (facts.name !== name || facts.installation !== installation || facts.language !== language) {
      this.facts = { name, installation, language };
      void this.database.write([{ table: "setting", key: "known", value: this.facts }]).catch(() => undefined);
    }
    this.learned(this);
  }
}
