import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["packages/*/{src,test,tests}/**/*.test.ts", "apps/*/{src,test,tests}/**/*.test.ts"],
    environment: "node",
    // Against a test that never ends; a busy machine takes its time for thousands of damaged plans.
    testTimeout: 60_000,
  },
});
