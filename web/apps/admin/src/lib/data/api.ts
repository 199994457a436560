import { calls, Client } from "@signboard/api";

/** The one client of this tab, and the calls over it. */
export const client = new Client();
export const api = calls(client);
