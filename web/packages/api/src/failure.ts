/** A call that did not succeed: the API's envelope, or what stands for it when no answer came. */
export class Failure extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | null;
  /** Seconds to wait before another try, where the server named them. */
  readonly retryAfter: number | null;

  constructor(status: number, code: string, message: string, field: string | null = null, retryAfter: number | null = null) {
    super(message);
    this.name = "Failure";
    this.status = status;
    this.code = code;
    this.field = field;
    this.retryAfter = retryAfter;
  }

  /** Whether the server could not be reached at all. */
  get offline(): boolean {
    return this.status === 0;
  }

  /** Whether somebody else changed the same thing in between. */
  get conflict(): boolean {
    return this.code === "version_conflict";
  }

  /** What was thrown, as one of these; `text` is for what says nothing of its own. */
  static from(reason: unknown, text = String(reason)): Failure {
    return reason instanceof Failure ? reason : new Failure(0, "unknown", text);
  }

  static async of(response: Response): Promise<Failure> {
    const retry = Number(response.headers.get("retry-after"));
    const retryAfter = retry > 0 ? retry : null;
    try {
      const { error } = (await response.json()) as { error: { code: string; message: string; field?: string | null } };
      return new Failure(response.status, error.code, error.message, error.field ?? null, retryAfter);
    } catch {
      return new Failure(response.status, `http_${response.status}`, response.statusText || `HTTP ${response.status}`, null, retryAfter);
    }
  }
}
