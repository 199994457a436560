/** The fetch client: JSON, the CSRF token of the session, If-Match, and failures as exceptions. */
import { Failure } from "./failure.ts";

export interface Answer<T> {
  value: T;
  /** The `ETag` without quotes, where there was one. */
  version: string | null;
}

export interface Change {
  /** The version that the change was made from. */
  match?: string;
  /** Makes a repeated request get the first one's outcome. */
  key?: string;
}

type Query = Record<string, string | number | boolean | null | undefined>;
type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export class Client {
  #base: string;
  #fetch: typeof fetch;
  #csrf = "";
  /** Called when the server says that nobody is signed in, or that it is not set up. */
  onBarred: (code: "sign_in_required" | "not_set_up") => void = () => {};

  /** Called with the address of every change that this tab made. */
  onMade: (dot: string) => void = () => {};

  constructor(base = "/api/v1", fetcher: typeof fetch = (...args) => fetch(...args)) {
    this.#base = base;
    this.#fetch = fetcher;
  }

  get csrf(): string {
    return this.#csrf;
  }

  set csrf(token: string) {
    this.#csrf = token;
  }

  async get<T>(path: string, query: Query = {}): Promise<T> {
    return (await this.call<T>("GET", path, { query })).value;
  }

  async post<T>(path: string, body?: unknown, change: Change = {}): Promise<T> {
    return (await this.call<T>("POST", path, { body, ...change })).value;
  }

  async patch<T>(path: string, body: unknown, change: Change = {}): Promise<T> {
    return (await this.call<T>("PATCH", path, { body, ...change })).value;
  }

  async delete<T>(path: string): Promise<T> {
    return (await this.call<T>("DELETE", path, {})).value;
  }

  async call<T>(method: Method, path: string, options: Change & { query?: Query; body?: unknown }): Promise<Answer<T>> {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (options.body !== undefined) headers["Content-Type"] = "application/json";
    if (method !== "GET" && this.#csrf) headers["X-CSRF-Token"] = this.#csrf;
    if (options.match !== undefined) headers["If-Match"] = `"${options.match}"`;
    if (options.key) headers["Idempotency-Key"] = options.key;
    const response = await this.#send(this.#base + path + search(options.query ?? {}), {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      credentials: "same-origin",
    });
    if (!response.ok) throw await this.#failure(response);
    const dot = response.headers.get("signboard-dot");
    if (dot) this.onMade(dot);
    const version = response.headers.get("etag")?.replace(/^W\//, "").replace(/^"|"$/g, "") ?? null;
    const text = response.status === 204 ? "" : await response.text();
    return { value: (text ? JSON.parse(text) : undefined) as T, version };
  }

  async #send(url: string, init: RequestInit): Promise<Response> {
    try {
      return await this.#fetch(url, init);
    } catch {
      throw new Failure(0, "unreachable", "The server cannot be reached.");
    }
  }

  async #failure(response: Response): Promise<Failure> {
    const failure = await Failure.of(response);
    if (failure.code === "sign_in_required" || failure.code === "not_set_up") this.onBarred(failure.code);
    return failure;
  }
}

/** The query string; members that are null or undefined are left out. */
export function search(query: Query): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== null && value !== undefined) parts.set(name, String(value));
  const text = parts.toString();
  return text ? `?${text}` : "";
}
