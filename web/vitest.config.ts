import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["packages/*/{src,test,tests}/**/*.test.ts", "apps/*/{src,test,tests}/**/*.test.ts"],
    environment: "node",
  },
});
