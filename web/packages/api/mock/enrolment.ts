/** How machines enrol, in the mock. */
import { randomBytes } from "node:crypto";
import type { Enrolment, ExpectedLine } from "../src/schema/enrolment.ts";
import { Refusal, type Exchange } from "./exchange.ts";
import { defaults, type Store } from "./store.ts";

export class Enrolling {
  settings: Enrolment = { by_list: false, automatic: false, has_password: false, fingerprint: "5a".repeat(32), control_port: 7237 };
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Whether the call was one of these. */
  async handle(exchange: Exchange, user: string): Promise<boolean> {
    const call = `${exchange.method} ${exchange.path.join("/")}`;
    if (call === "GET enrolment") exchange.send(200, this.settings);
    else if (call === "PATCH enrolment") {
      const { password, ...members } = (await exchange.json()) as Partial<Enrolment> & { password?: string };
      if (password && password.length < 10) throw new Refusal(422, "invalid", "a password has at least 10 characters: choose a longer one", "password");
      this.settings = { ...this.settings, ...members, has_password: password === undefined ? this.settings.has_password : password !== "" };
      exchange.send(200, this.settings);
    } else if (call === "POST enrolment-tokens") {
      const doc = this.#store.put("enrolment-tokens", { ...defaults("enrolment-tokens", user), ...(await exchange.json()) });
      exchange.send(201, { id: doc.id, secret: `sbe_${randomBytes(20).toString("hex")}` });
    } else if (call === "POST expected-devices/list") {
      const lines = (await exchange.json()) as unknown as ExpectedLine[];
      const bad = lines.findIndex((line) => !line.serial && !line.mac);
      if (bad >= 0) throw new Refusal(422, "invalid", `line ${bad + 1}: give the machine's serial number, or the hardware address of one of its cards`, `[${bad}].serial`);
      for (const line of lines) this.#store.put("expected-devices", { ...defaults("expected-devices", user), serial: line.serial, mac: line.mac || null, name: line.name });
      exchange.send(200, { made: lines.length, known: 0 });
    } else return false;
    return true;
  }
}
