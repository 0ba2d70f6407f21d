import { expect, type Page } from "@playwright/test";
import { newProject, useStack } from "./stack.ts";
import { violationsOf } from "./violations.ts";
import { test } from "./test.ts";

/** Browsers make passkeys for a name, not for an IP address. */
const stack = useStack({}, "localhost");
const EMAIL = "keyholder@example.com";

/** A device with a fingerprint reader, as the browser's own tools make one (https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/). */
async function giveAuthenticator(page: Page): Promise<void> {
  const tools = await page.context().newCDPSession(page);
  await tools.send("WebAuthn.enable");
  await tools.send("WebAuthn.addVirtualAuthenticator", { options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
}

test("a passkey is added, signs in by one press, and opens nothing once it is removed", async ({ page }) => {
  const { address } = await newProject(page, stack().urls.web, EMAIL);
  await giveAuthenticator(page);
  await page.goto(`${address}/account`);
  const card = page.getByRole("region", { name: "Passkeys" });
  await card.getByRole("button", { name: "Add a passkey" }).click();
  await card.getByLabel("Passkey's name").fill("Ada's laptop");
  await card.getByLabel("Your password").fill("wrong-password");
  await card.getByRole("button", { name: "Make the passkey" }).click();
  await expect(card.getByText("this is not your password")).toBeVisible();
  await card.getByLabel("Your password").fill("Correct-horse-9");
  expect(await violationsOf(page)).toEqual([]);
  await card.getByRole("button", { name: "Make the passkey" }).click();
  await expect(card.getByText("not used yet")).toBeVisible();
  await page.screenshot({ path: "test-results/images/passkeys-light.png" });

  await page.context().clearCookies();
  await page.goto(`${stack().urls.web}/sign-in`);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.waitForURL(`${address}**`);
  await page.goto(`${address}/account`);
  await expect(card.getByText("last used")).toBeVisible();
  await card.getByRole("button", { name: "Remove Ada's laptop" }).click();
  await expect(card.getByRole("button", { name: "Remove Ada's laptop" })).toHaveCount(0);

  await page.context().clearCookies();
  await page.goto(`${stack().urls.web}/sign-in`);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page.getByText("This passkey opens no account here")).toBeVisible();
});

test("a mailed link signs in by a press", async ({ page }) => {
  const { address } = await newProject(page, stack().urls.web, "linked@example.com");
  await page.context().clearCookies();
  await page.goto(`${stack().urls.web}/sign-in`);
  await page.getByRole("link", { name: "E-mail me a link" }).click();
  await expect(page.getByRole("heading", { name: "Sign in by a link" })).toBeVisible();
  await page.getByLabel("Email").fill("linked@example.com");
  await page.getByRole("button", { name: "Send the link" }).click();
  await page.getByRole("link", { name: "development mailbox" }).click();
  await page.getByText("Your link to sign in").waitFor();
  await page.getByRole("link", { name: "Open the link" }).first().click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${address}**`);
});
