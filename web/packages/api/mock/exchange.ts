/** One request of the mock with its answer. */
import type { IncomingMessage, ServerResponse } from "node:http";

export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | null;

  constructor(status: number, code: string, message: string, field: string | null = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

/** The server that the mock is. */
export const OWN = "0192e4a0-7c1e-7cc3-98c4-000000000001";

export class Exchange {
  /** How many changes were made. */
  static changes = 0;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** Segments of the path below `/api/v1`. */
  readonly path: string[];

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request;
    this.response = response;
    this.url = new URL(request.url ?? "/", "http://mock");
    this.path = this.url.pathname.replace(/^\/api\/v1\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
  }

  get method(): string {
    return this.request.method ?? "GET";
  }

  header(name: string): string {
    return String(this.request.headers[name] ?? "");
  }

  get match(): string {
    return this.header("if-match").replace(/"/g, "");
  }

  async bytes(): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of this.request) parts.push(part as Buffer);
    return Buffer.concat(parts);
  }

  async json(): Promise<Record<string, unknown>> {
    const text = (await this.bytes()).toString();
    try {
      return text ? (JSON.parse(text) as Record<string, unknown>) : {};
    } catch {
      throw new Refusal(400, "malformed", "The body is not JSON.");
    }
  }

  send(status: number, value?: unknown, headers: Record<string, string> = {}): void {
    const version = (value as { version?: unknown } | undefined)?.version;
    if (typeof version === "string") headers = { ETag: `"${version}"`, ...headers };
    // Whatever changes something has an address in the log.
    if (this.method !== "GET" && this.method !== "HEAD" && status < 300) headers = { "Signboard-Dot": `${OWN}.1:${++Exchange.changes}`, ...headers };
    this.response.writeHead(status, { "Cache-Control": "no-store", ...(value === undefined ? {} : { "Content-Type": "application/json" }), ...headers });
    this.response.end(value === undefined ? undefined : JSON.stringify(value));
  }
}
