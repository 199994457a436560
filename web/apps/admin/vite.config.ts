import { sveltekit } from "@sveltejs/kit/vite";
import { defineConfig } from "vite";

const server = process.env.SIGNBOARD_SERVER ?? "http://127.0.0.1:8080";
const proxied = ["/api", "/media", "/viewer", "/trust", "/healthz"];

export default defineConfig({
  plugins: [sveltekit()],
  server: { fs: { allow: ["../.."] }, proxy: Object.fromEntries(proxied.map((path) => [path, { target: server, ws: true }])) },
  build: { target: "es2022", chunkSizeWarningLimit: 700 },
});
