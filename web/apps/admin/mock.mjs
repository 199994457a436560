/** `npm run dev:mock`: the admin with live reload against the mock backend. */
import { spawn } from "node:child_process";

const port = "8787";
const mock = spawn(process.execPath, ["../../packages/api/mock/serve.mjs", "--port", port], { stdio: "inherit" });
const vite = spawn("npx", ["vite", "dev"], { stdio: "inherit", env: { ...process.env, SIGNBOARD_SERVER: `http://127.0.0.1:${port}` } });
vite.on("exit", (code) => {
  mock.kill();
  process.exit(code ?? 0);
});
