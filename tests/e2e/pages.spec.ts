import { mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { expect, type Page } from "@playwright/test";
import { livelyProject, type LivelyProject } from "./lively-project.ts";
import { newProject, useStack } from "./stack.ts";
import { LEADS_ON, VIEWS } from "./views.ts";
import { violationsOf } from "./violations.ts";
import { test } from "./test.ts";

/** Set by the command that takes the pictures alone: what they show is judged by the test. */
const ASKED = process.env["SCREENSHOTS_DIR"];
/** The pictures of the documentation are chosen from these. */
const IMAGES = ASKED ?? path.join(import.meta.dirname, "../../test-results/images");
const APP = path.join(import.meta.dirname, "../../apps/web/src/app");
const LOOKS = [["light", "light", 1440], ["dark", "dark", 1440], ["mobile", "light", 390]] as const;

const stack = useStack({ OUTBOUND_PRIVATE_ADDRESSES: "allow" });

const noViolation = async (page: Page, what: string): Promise<void> => expect(await violationsOf(page), what).toEqual([]);

/** A loaded machine may be many times slower than a person's; how fast a page is, is measured elsewhere. */
const LOADED_MS_MAX = 20_000;
/** There when nothing stands in for content any more. The page's stream never ends, so the network is never idle. */
const isThere = (page: Page): Promise<void> => expect(page.locator(".skeleton")).toHaveCount(0, { timeout: LOADED_MS_MAX });

test("no page is left out of what is looked at", () => {
  const pages = readdirSync(APP, { recursive: true, encoding: "utf8" }).filter((file) => path.basename(file) === "page.tsx").map((file) => `/${path.dirname(file) === "." ? "" : path.dirname(file)}`);
  const seen = new Set([...VIEWS.map((view) => view.route), ...LEADS_ON]);
  expect(pages.filter((route) => !seen.has(route))).toEqual([]);
});

test.describe("every page with data is there in light, dark and at phone width, without an accessibility violation", () => {
  let project: LivelyProject;

  test.beforeAll(async ({ browser }) => {
    mkdirSync(IMAGES, { recursive: true });
    project = await livelyProject(browser, stack());
    // Who operates the installation sees more of it.
    Object.assign(stack().env, { OPERATOR_ORGANIZATION: project.organizationId });
    await stack().services.get("web")?.stop();
    await stack().start("web");
  });

  for (const { name, at, open, signedOut, long, once } of VIEWS) {
    test(name, async ({ page }) => {
      if (!signedOut) await page.context().addCookies(project.session.cookies);
      const faults: string[] = [];
      for (const [look, colorScheme, width] of once ? LOOKS.slice(0, 1) : LOOKS) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        await page.goto(at.startsWith("{project}") ? at.replace("{project}", project.address) : `${stack().urls.web}${at}`);
        await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
        await isThere(page);
        await open?.(page);
        await isThere(page);
        if (!long) await page.setViewportSize({ width, height: await page.evaluate(() => document.documentElement.scrollHeight) });
        await page.screenshot({ path: path.join(IMAGES, `${name}-${look}.png`) });
        if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) faults.push(`${name} at ${width} px scrolls sideways`);
        if (ASKED === undefined) faults.push(...(await violationsOf(page)).map((fault) => `${name} ${look}: ${fault}`));
      }
      expect(faults).toEqual([]);
    });
  }
});

test("every error code has its place on a public page, without an accessibility violation", async ({ page }) => {
  for (const [colorScheme, width] of [["light", 1440], ["dark", 390]] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await page.goto(`${stack().urls.web}/docs/errors#tenant.budget_exceeded`);
    await expect(page.locator("li:target")).toContainText("402");
    await noViolation(page, `errors ${width}`);
  }
});

test("a project without a request says what to do, on every page", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "empty@example.com");
  for (const [route, says] of [["", "The charts begin with the first request"], ["/analytics", "No test request in this range"], ["/logs", "The test book holds no request yet"]] as const) {
    await page.goto(`${project.address}${route}`);
    await isThere(page);
    await expect(page.getByText(says)).toBeVisible();
    await expect(page.locator("main table tbody:empty")).toHaveCount(0);
    await noViolation(page, `empty ${route}`);
  }
});
