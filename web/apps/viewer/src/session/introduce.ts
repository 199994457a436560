import type { Identity } from "../identity.ts";
import { request } from "../request.ts";

/** What the server knows of this device. */
export type DeviceState = "pending" | "approved" | "revoked" | "secret_wrong";

/** A server that does not answer within this time cannot be reached, in milliseconds: as long as a session bears its silence. */
const LIMIT = 15_000;

interface Answer {
  state?: DeviceState;
  error?: { code?: string };
  code?: string;
}

/** Makes the device known (docs/protocols/viewer-session.md section 1). Rejects where the server cannot be reached or refuses for now. */
export async function introduce(root: string, identity: Identity, token: string | null): Promise<DeviceState> {
  const body: { device: string; secret: string; token?: string } = { device: identity.device, secret: identity.secret };
  if (token) body.token = token;
  const init: RequestInit = { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const { response, answer } = await request(`${root}api/v1/viewer/device`, init, LIMIT, (response) => response.json().then((answer: Answer) => ({ response, answer })));
  if (response.ok && answer.state) return answer.state;
  const code = (answer.error && answer.error.code) || answer.code;
  if (response.status === 403 && code === "device.secret_wrong") return "secret_wrong";
  throw new Error(`The server answers ${response.status} ${code || ""}.`);
}
