import { expect } from "@playwright/test";
import { newProject, signUp, useStack } from "./stack.ts";
import { test, usable } from "./test.ts";

const stack = useStack();

test("who is invited joins with a role, is refused what the role may not do, and the audit log tells of it", async ({ page, browser }) => {
  const { web } = stack().urls;
  const project = await newProject(page, web, "boss@example.com");
  await page.goto(`${project.address}/members`);
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByLabel("E-mail address").fill("guest@example.com");
  await page.getByLabel("Role", { exact: true }).selectOption("viewer");
  await page.getByRole("button", { name: "Send invitation" }).click();
  await expect(page.getByRole("region", { name: "Invitations, table" })).toContainText("guest@example.com");

  const guest = usable(await (await browser.newContext()).newPage());
  await signUp(guest, web, "guest@example.com");
  const mails = (await (await guest.request.get(`${web}/api/dev/mail`)).json()) as { messages: { to: string; subject: string; links: string[] }[] };
  await guest.goto(mails.messages.find((mail) => mail.to === "guest@example.com" && mail.subject.includes("invited"))?.links[0] ?? "");
  await guest.goto(`${project.address}/members`);
  await expect(guest.getByText("You are viewer here. Members are managed by an owner or admin.")).toBeVisible();
  await expect(guest.getByRole("button", { name: "Invite" })).toHaveCount(0);
  await guest.goto(`${project.address}/audit`);
  await expect(guest.getByText("The audit log is open to owners and admins.")).toBeVisible();
  await guest.goto(`${project.address}/playground`);
  await guest.getByRole("button", { name: "Run", exact: true }).first().click();
  await expect(guest.getByRole("region", { name: "Column 1", exact: true }).getByRole("alert")).toContainText("your role may not");

  await page.reload();
  await page.getByLabel("Role of guest@example.com").selectOption("developer");
  await expect(page.getByText("The role is changed")).toBeVisible();
  await guest.getByRole("button", { name: "Retry" }).click();
  await expect(guest.getByRole("region", { name: "Column 1", exact: true }).getByRole("status")).toHaveText("Answered", { timeout: 15_000 });
  await page.goto(`${project.address}/audit`);
  await expect(page.getByRole("row").filter({ hasText: "member role" })).toContainText("guest@example.com developer");
});

test("data is exported, and an organization is deleted only after its name was typed", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "leaving@example.com");
  const key = await project.createKey({ name: "exported" });
  await page.goto(`${project.address}/settings`);
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Export all data" }).click()]);
  expect(file.suggestedFilename()).toMatch(/\.jsonl$/);
  await page.getByRole("button", { name: "Delete organization…" }).click();
  const slug = new URL(project.address).pathname.split("/")[1] ?? "";
  await expect(page.getByRole("button", { name: "Delete for good" })).toBeDisabled();
  await page.getByLabel(`Type ${slug} to confirm`).fill(slug);
  await page.getByRole("button", { name: "Delete for good" }).click();
  await page.waitForURL((url) => !url.pathname.endsWith("/settings"), { timeout: 15_000 });
  // The name is free again, so the person's next organization may have it: the id tells them apart.
  const me = (await (await page.request.get(`${stack().urls.web}/api/trpc/viewer.me`)).json()) as { result: { data: { organizations: { id: string }[] } } };
  expect(me.result.data.organizations.map((one) => one.id)).not.toContain(project.organizationId);
  expect((await fetch(`${stack().urls.gateway}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).status).toBeGreaterThanOrEqual(401);
});

test("a changed password signs out every other session, and the one at hand stays", async ({ page, browser }) => {
  const { web } = stack().urls;
  const project = await newProject(page, web, "careful@example.com");
  const elsewhere = usable(await (await browser.newContext()).newPage());
  await elsewhere.goto(`${web}/sign-in`);
  await elsewhere.getByLabel("Email").fill("careful@example.com");
  await elsewhere.getByLabel("Password").fill("Correct-horse-9");
  await elsewhere.getByRole("button", { name: "Sign in" }).click();
  await elsewhere.waitForURL(/default/);
  await page.goto(`${project.address}/account`);
  await expect(page.getByRole("button", { name: /^Sign out / })).toHaveCount(1);
  await page.getByLabel("Password in use").fill("wrong");
  await page.getByLabel("New password").fill("Better-horse-10");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("this is not your password")).toBeVisible();
  await page.getByLabel("Password in use").fill("Correct-horse-9");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Your password is changed")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Sign out / })).toHaveCount(0);
  expect((await elsewhere.request.get(`${web}/api/v1/organizations`)).status()).toBe(401);
});
