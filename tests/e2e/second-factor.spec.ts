import { expect, type Page } from "@playwright/test";
import { Secret, TOTP } from "otpauth";
import { newProject, useStack } from "./stack.ts";
import { violationsOf } from "./violations.ts";
import { test } from "./test.ts";

const stack = useStack();
const EMAIL = "second@example.com";
const STEP_MS = 30_000;

/** What the app shows `steps` from now; each code is taken once, and one step ahead is taken too. */
const codeOf = (secret: string, steps = 0): string => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + steps * STEP_MS });

async function signIn(page: Page): Promise<void> {
  await page.context().clearCookies();
  await page.goto(`${stack().urls.web}/sign-in`);
  await page.getByLabel("Email").fill(EMAIL);
  await page.getByLabel("Password").fill("Correct-horse-9");
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("an authenticator app is set up, asked for at sign-in, replaced by a recovery code once, and turned off", async ({ page }) => {
  const { address } = await newProject(page, stack().urls.web, EMAIL);
  await page.goto(`${address}/account`);
  const card = page.getByRole("region", { name: "Second factor" });
  await card.getByRole("button", { name: "Turn on" }).click();
  await card.getByLabel("Your password").fill("wrong-password");
  await card.getByRole("button", { name: "Go on" }).click();
  await expect(card.getByText("this is not your password")).toBeVisible();
  await card.getByLabel("Your password").fill("Correct-horse-9");
  await card.getByRole("button", { name: "Go on" }).click();
  await expect(card.getByRole("img", { name: /^QR code/ })).toBeVisible();
  expect(await violationsOf(page)).toEqual([]);
  await page.screenshot({ path: "test-results/images/second-factor-light.png" });
  const secret = (await card.locator("code.secret").textContent()) ?? "";
  await card.getByLabel("Code that the app shows").fill("000000");
  await card.getByRole("button", { name: "Turn on" }).click();
  await expect(card.getByText("this is not the code")).toBeVisible();
  await card.getByLabel("Code that the app shows").fill(codeOf(secret));
  await card.getByRole("button", { name: "Turn on" }).click();
  await expect(card.getByRole("listitem")).toHaveCount(10);
  const recovery = await card.getByRole("listitem").allTextContents();
  await card.getByRole("button", { name: "I have kept them" }).click();
  await expect(card.getByText("10 recovery codes left")).toBeVisible();

  await signIn(page);
  const code = page.getByLabel("Authenticator code");
  await expect(code).toBeVisible();
  await code.fill("123456");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("this code is wrong")).toBeVisible();
  await code.fill(codeOf(secret, 1));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${address}**`);

  await signIn(page);
  await code.fill(recovery[0]?.toUpperCase() ?? "");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${address}**`);
  await signIn(page);
  await code.fill(recovery[0] ?? "");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("this recovery code is unknown or used")).toBeVisible();
  await code.fill(recovery[1] ?? "");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${address}**`);

  await page.goto(`${address}/account`);
  await expect(card.getByText("8 recovery codes left")).toBeVisible();
  await card.getByRole("button", { name: "Turn off…" }).click();
  await card.getByLabel("Code").fill(recovery[2] ?? "");
  await card.getByRole("button", { name: "Turn off" }).click();
  await expect(card.getByRole("button", { name: "Turn on" })).toBeVisible();
  await signIn(page);
  await page.waitForURL(`${address}**`);
});
