import type { Identity } from "../identity.ts";
import { FileError } from "../media/wanted.ts";
import { introduce } from "./introduce.ts";

/** The one-time token of the address, if there is one. */
export interface Pass {
  take(): string | null;
  used(): void;
}

/** Makes this device known to the server, before each session and whenever its cookie was lost. */
export class Door {
  constructor(
    private readonly root: string,
    private readonly identity: Identity,
    private readonly pass: Pass,
    /** The server does not take this identity: forget it and start again. */
    private readonly unwelcome: () => Promise<void>,
  ) {}

  async knock(): Promise<void> {
    const state = await introduce(this.root, this.identity, this.pass.take());
    if (state === "secret_wrong" || state === "revoked") {
      await this.unwelcome();
      throw new Error("The device starts anew.");
    }
    this.pass.used();
  }

  /** After a download that failed: some televisions drop cookies while the page is open. Rejects with the same error. */
  async again(error: unknown): Promise<never> {
    if (error instanceof FileError && error.stranger) await this.knock().catch(() => undefined);
    throw error;
  }
}
