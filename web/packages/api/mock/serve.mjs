/** `npm run mock -- --port 8787`: the mock by hand. Name `admin`, password `harbour-pier-3`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadMock } from "./load.mjs";

const { values } = parseArgs({ options: { port: { type: "string", default: "8787" }, fresh: { type: "boolean", default: false } } });
const apps = fileURLToPath(new URL("../../../apps/", import.meta.url));
const built = (path) => (existsSync(join(apps, path)) ? join(apps, path) : undefined);
const { createMock } = await loadMock();
const mock = createMock({ admin: built("admin/build"), viewer: built("viewer/dist"), fresh: values.fresh });
mock.live.ask("H4RB7R", 1920, 1080);
mock.server.listen(Number(values.port), "127.0.0.1", () => console.log(`mock on http://127.0.0.1:${values.port}/ (admin, harbour-pier-3)`));
