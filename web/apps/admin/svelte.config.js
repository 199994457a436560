import adapter from "@sveltejs/adapter-static";

/** @type {import("@sveltejs/kit").Config} */
export default {
  compilerOptions: { runes: ({ filename }) => (filename.includes("node_modules") ? undefined : true) },
  kit: {
    adapter: adapter({ pages: "build", assets: "build", fallback: "index.html", precompress: true }),
    // The one inline script of the start page is allowed by its hash, so that the server can refuse all others.
    csp: { mode: "hash", directives: { "script-src": ["self"] } },
    version: { pollInterval: 0 },
  },
};
