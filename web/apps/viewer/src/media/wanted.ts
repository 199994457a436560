/** A file that a plan needs. */
export interface Wanted {
  hash: string;
  sha256: string;
  bytes: number;
  mime: string;
  /** Does not wait for the hours of downloads, nor for what is under way. */
  pressing?: boolean;
}

export type Why = "quota" | "network" | "not_found" | "corrupt";

/** Why a file could not be had. */
export class FileError extends Error {
  constructor(
    readonly why: Why,
    message: string,
    /** The server does not know who asks: the device must introduce itself again. */
    readonly stranger = false,
  ) {
    super(message);
    // Transpiled subclasses of Error lose their class without it.
    Object.setPrototypeOf(this, FileError.prototype);
  }
}

/** Whether an error of the browser's storage says that there is no room. */
export function isFull(error: unknown): boolean {
  const name = (error as { name?: string } | null)?.name || "";
  return name === "QuotaExceededError" || name === "NS_ERROR_DOM_QUOTA_REACHED" || (error as { code?: number } | null)?.code === 22;
}
