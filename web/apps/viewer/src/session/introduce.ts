import type { Identity } from "../identity.ts";
import { request } from "../request.ts";

/** Where a device stands with the server (docs/protocols/viewer-session.md section 1). */
export type DeviceState = "pending" | "approved" | "revoked" | "secret_wrong";

/** A server that does not answer within this time cannot be reached, in milliseconds: as long as a session bears its silence. */
const LIMIT = 15_000;
/** Of several servers, the next is tried sooner. */
const ELSEWHERE = 5_000;

interface Question {
  device: string;
  secret: string;
  token?: string;
  position?: unknown;
}

interface Answer {
  state?: DeviceState;
  covers?: boolean;
  error?: { code?: string };
  code?: string;
}

/** What says to a server which device asks, where it is not the one of the page, whose cookie does. */
export function claimOf(identity: Identity): string {
  return `${identity.device}.${identity.secret}`;
}

/** Makes the device known (docs/protocols/viewer-session.md section 1). Rejects where the server cannot be reached or refuses for now. */
export function introduce(root: string, identity: Identity, token: string | null): Promise<DeviceState> {
  const question: Question = { device: identity.device, secret: identity.secret };
  if (token) question.token = token;
  return post(root, question, "same-origin", LIMIT).then((answer) => answer.state as DeviceState);
}

/** Asks another server than the page's, or one to which nobody goes yet: whether the device is known there, and whether all is known there from which
 * its plan was made. It does not wait for approval there. `position` is what the server knew that made the plan. */
export function inquire(root: string, identity: Identity, position: unknown): Promise<{ state: DeviceState; covers: boolean }> {
  const question: Question = { device: identity.device, secret: identity.secret, position: position || [] };
  return post(root, question, "omit", ELSEWHERE).then((answer) => ({ state: answer.state as DeviceState, covers: answer.covers === true }));
}

async function post(root: string, question: Question, credentials: RequestCredentials, limit: number): Promise<Answer> {
  const init: RequestInit = { method: "POST", credentials, headers: { "Content-Type": "application/json" }, body: JSON.stringify(question) };
  const { response, answer } = await request(`${root}api/v1/viewer/device`, init, limit, (response) => response.json().then((answer: Answer) => ({ response, answer })));
  if (response.ok && answer.state) return answer;
  const code = (answer.error && answer.error.code) || answer.code;
  if (response.status === 403 && code === "device.secret_wrong") return { state: "secret_wrong" };
  throw new Error(`The server answered ${response.status} ${code || ""}.`);
}
