import { describe, expect, it } from "vitest";
import { Client, search } from "./client.ts";
import { Failure } from "./failure.ts";

function answering(response: Response): { client: Client; sent: { url: string; init: RequestInit }[] } {
  const sent: { url: string; init: RequestInit }[] = [];
  const client = new Client("/api/v1", (async (url: string, init: RequestInit) => {
    sent.push({ url, init });
    return response;
  }) as typeof fetch);
  return { client, sent };
}

const header = (init: RequestInit, name: string) => (init.headers as Record<string, string>)[name];

describe("the client", () => {
  it("leaves absent members out of the query", () => {
    expect(search({ folder: null, q: "pier 3", limit: 10 })).toBe("?q=pier+3&limit=10");
    expect(search({})).toBe("");
  });

  it("sends the CSRF token with changes only", async () => {
    const { client, sent } = answering(new Response("{}"));
    client.csrf = "c";
    await client.get("/viewers");
    expect(header(sent[0]!.init, "X-CSRF-Token")).toBeUndefined();
  });

  it("quotes the version of a change and reads the new one", async () => {
    const { client, sent } = answering(new Response("{}", { headers: { etag: '"v2"' } }));
    const answer = await client.call("PUT", "/x", { body: {}, match: "v1" });
    expect(header(sent[0]!.init, "If-Match")).toBe('"v1"');
    expect(answer.version).toBe("v2");
  });

  it("turns the envelope into a failure with code, sentence and field", async () => {
    const envelope = JSON.stringify({ error: { code: "invalid", message: "The end lies before the start.", field: "when.until" } });
    const { client } = answering(new Response(envelope, { status: 422 }));
    await expect(client.post("/schedules", {})).rejects.toMatchObject({ status: 422, code: "invalid", field: "when.until" });
  });

  it("says that nobody is signed in", async () => {
    const { client } = answering(new Response('{"error":{"code":"sign_in_required","message":"Sign in first."}}', { status: 401 }));
    let barred = "";
    client.onBarred = (code) => (barred = code);
    await expect(client.get("/viewers")).rejects.toBeInstanceOf(Failure);
    expect(barred).toBe("sign_in_required");
  });

  it("names an unreachable server", async () => {
    const client = new Client("", (async () => Promise.reject(new TypeError("fetch"))) as typeof fetch);
    await expect(client.get("/x")).rejects.toMatchObject({ offline: true, code: "unreachable" });
  });
});
