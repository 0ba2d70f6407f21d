import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const system = process.env["CHROMIUM_PATH"] ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));

export default defineConfig({
  testDir: ".",
  outputDir: "../../test-results",
  reporter: [["list"]],
  workers: 1,
  timeout: 120_000,
  // What a page shows is asked, not how soon: a shared machine draws the heaviest one in six seconds. Times are the web bench's matter.
  expect: { timeout: 15_000 },
  use: {
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      ...(system ? { executablePath: system } : {}),
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    },
  },
});
