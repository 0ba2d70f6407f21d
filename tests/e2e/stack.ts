import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test, type Page } from "@playwright/test";
import { startStack } from "../../infra/scripts/stack.mjs";

export type Stack = Awaited<ReturnType<typeof startStack>>;

/** One Trunkline for all tests of the file that calls this; read it inside a test. `webHost` is how the browser names its machine. */
export function useStack(env: Readonly<Record<string, string>> = {}, webHost = "127.0.0.1"): () => Stack {
  let stack: Stack;
  let dataDir: string;
  test.beforeAll(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), "trunkline-e2e-"));
    // The embedded PostgreSQL runs as another user when this is root: it must be able to enter the folder.
    chmodSync(dataDir, 0o755);
    stack = await startStack({ dataDir, env, webHost });
  });
  test.afterAll(async () => {
    await stack?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return () => stack;
}

export async function signUp(page: Page, web: string, email: string): Promise<void> {
  await page.goto(`${web}/signup`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill("Correct-horse-9");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL(/\/onboarding/);
}

interface NewKey { readonly name: string; readonly rpmLimit?: number; readonly budget?: { readonly period: "monthly"; readonly limitUsd: string } }

/** A project of a new user, and what the test needs to act in it. */
export interface Project { readonly address: string; readonly organizationId: string; readonly createKey: (key: NewKey) => Promise<string>; readonly change: (procedure: string, input: object) => Promise<unknown> }

/** Signs up and stays on the page; keys are made as the page makes them. */
export async function newProject(page: Page, web: string, email: string): Promise<Project> {
  await signUp(page, web, email);
  const [, organization, project] = new URL(page.url()).pathname.split("/");
  const call = async (procedure: string, input: object): Promise<unknown> => {
    const answer = await page.request.post(`${web}/api/trpc/${procedure}`, { headers: { origin: web }, data: { organization, project, ...input } });
    expect(answer.status(), `${procedure}: ${await answer.text()}`).toBe(200);
    return ((await answer.json()) as { result: { data: unknown } }).result.data;
  };
  const me = (await (await page.request.get(`${web}/api/trpc/viewer.me`)).json()) as { result: { data: { organizations: { id: string }[] } } };
  return {
    address: `${web}/${organization}/${project}`, organizationId: me.result.data.organizations[0]?.id ?? "", change: call,
    createKey: async (key) => ((await call("keys.create", { kind: "test", ...key })) as { secret: string }).secret,
  };
}
