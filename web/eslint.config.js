// One lint for the workspace. What a package may import is decided here too: packages never import apps, apps never each other, the player only the model.
import js from "@eslint/js";
import tseslint from "typescript-eslint";

const noImport = (...patterns) => ({ "no-restricted-imports": ["error", { patterns }] });

export default tseslint.config(
  { ignores: ["**/dist/**", "**/build/**", "**/.svelte-kit/**", "**/node_modules/**", "**/*.svelte", "**/generated/**"] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    rules: {
      "no-undef": "off",
      "no-console": "error",
      eqeqeq: "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", caughtErrors: "none" }],
      "max-lines": ["error", { max: 400 }],
    },
  },
  { files: ["packages/model/**/*.ts"], rules: noImport({ group: ["@signboard/*"], message: "The model stands alone." }) },
  {
    files: ["packages/player/**/*.ts"],
    ignores: ["**/*.test.ts"],
    rules: noImport({ group: ["@signboard/*", "!@signboard/model"], message: "The player imports nothing but the model." }),
  },
  { files: ["packages/*/src/**/*.ts"], ignores: ["packages/player/**", "packages/model/**"], rules: noImport({ group: ["**/apps/**", "@signboard/viewer", "@signboard/admin"], message: "A package never imports an app." }) },
  { files: ["**/*.mjs", "e2e/**", "**/mock/**", "**/*.config.*"], rules: { "no-console": "off" } },
);
