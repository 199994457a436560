import type { Identity } from "../identity.ts";
import { FileError } from "../media/wanted.ts";
import { inquire, introduce } from "./introduce.ts";

/** The one-time token of the address, if there is one. */
export interface Pass {
  take(): string | null;
  used(): void;
}

/** Makes this device known to the server, before each session and whenever its cookie was lost. */
export class Door {
  constructor(
    /** Where the server answers to which the screen goes, and whether it is the page's own. */
    private readonly roads: { readonly root: string; readonly isOwn: boolean },
    private readonly identity: Identity,
    private readonly pass: Pass,
    /** What the server knew that made the plan in force. */
    private readonly position: () => unknown,
    /** The server does not take this identity: forget it and start again. */
    private readonly unwelcome: () => Promise<void>,
  ) {}

  async knock(): Promise<void> {
    if (!this.roads.isOwn) return this.knockElsewhere();
    const state = await introduce(this.roads.root, this.identity, this.pass.take());
    if (state === "secret_wrong" || state === "revoked") return this.leave();
    this.pass.used();
  }

  /** A server that does not know this screen is none for it: its code stands on the page's own server. One that lacks changes may not have heard that
   * the screen has its place again, so only one that lacks nothing can take that. */
  private async knockElsewhere(): Promise<void> {
    const { root } = this.roads;
    const { state, covers } = await inquire(root, this.identity, this.position());
    if (state === "revoked" && covers) return this.leave();
    if (state !== "approved") throw new Error(`The server at ${root} does not know this screen.`);
  }

  private async leave(): Promise<never> {
    await this.unwelcome();
    throw new Error("The device starts anew.");
  }

  /** After a download that failed: some televisions drop cookies while the page is open. Rejects with the same error. */
  async again(error: unknown): Promise<never> {
    if (error instanceof FileError && error.stranger) await this.knock().catch(() => undefined);
    throw error;
  }
}
