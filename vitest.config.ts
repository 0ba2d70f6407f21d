import { defineConfig } from "vitest/config";

const ignored = ["**/node_modules/**", "**/dist/**", "**/.next/**"];

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["packages/**/*.test.ts", "apps/**/*.test.ts"], exclude: [...ignored, "**/*.int.test.ts"] } },
      { test: { name: "integration", include: ["packages/**/*.int.test.ts", "apps/**/*.int.test.ts"], exclude: ignored, testTimeout: 30_000, hookTimeout: 60_000, fileParallelism: false } },
      { test: { name: "conformance", include: ["tests/conformance/**/*.test.ts"], exclude: ignored, testTimeout: 30_000, hookTimeout: 60_000, fileParallelism: false } },
      { test: { name: "client-lab", include: ["tests/client-lab/**/*.test.ts"], exclude: ignored, globalSetup: "tests/client-lab/lab-setup.ts", testTimeout: 30_000, hookTimeout: 120_000, fileParallelism: false } },
    ],
  },
});
