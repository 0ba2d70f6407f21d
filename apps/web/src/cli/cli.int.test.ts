import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createStripeStandIn } from "@trunkline/testkit/stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { parseArguments, UsageError } from "./arguments.ts";
import { bootstrap } from "./bootstrap.ts";
import { doctor, type Finding } from "./doctor.ts";
import { operationsCommands } from "./operations-commands.ts";
import { createOperator, type Operator } from "./operator.ts";
import { RESOURCE_COMMANDS } from "./resource-commands.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: these tests need a migrated PostgreSQL");
const env = { DATABASE_URL: databaseUrl, API_KEY_PEPPERS: `1:${Buffer.alloc(32, 7).toString("base64")}`, REDIS_URL: undefined };
const run = `${Date.now()}${process.pid}`;
const email = `operator-${run}@example.test`;
let operator: Operator;
let organizationId = "";

const type = (line: string): Promise<never> => {
  const input = parseArguments(line.split(" "));
  const command = { bootstrap, ...RESOURCE_COMMANDS, ...operationsCommands(env) }[input.words.slice(0, 2).join(" ")] ?? bootstrap;
  return command(operator, input) as Promise<never>;
};
interface Key { readonly id: string; readonly kind: string; readonly revokedAt: string | null; readonly expiresAt: string | null }

beforeAll(async () => {
  operator = createOperator(env);
  ({ organizationId } = await type(`bootstrap --email ${email} --password Correct-horse-9 --org Cli-${run}`));
});
afterAll(async () => { vi.unstubAllEnvs(); await operator.close(); });

describe("the command line", () => {
  it("makes an organization with a default project for a user who is there, and the same one when asked again", async () => {
    const made = await type(`org create --email ${email.toUpperCase()} --name Second-${run}`) as { organizationId: string };
    expect(await type(`org create --email ${email} --name Second-${run}`)).toEqual(made);
    expect((await type(`project list --org ${made.organizationId}`) as { slug: string }[]).map((project) => project.slug)).toEqual(["default"]);
    await expect(type(`org create --email nobody-${run}@example.test --name X`)).rejects.toThrow(UsageError);
  });

  it("rotates a key with the overlap it was told", async () => {
    const { key } = await type(`key create --org ${organizationId} --name ci`) as { key: Key };
    const before = Date.now();
    const rotated = await type(`key rotate ${key.id} --org ${organizationId} --overlap-seconds 60`) as { key: Key; replaced: Key; secret: string };
    expect(rotated).toMatchObject({ key: { kind: "live", revokedAt: null, expiresAt: null }, replaced: { id: key.id } });
    expect(Math.abs(Date.parse(rotated.replaced.expiresAt ?? "") - before - 60_000)).toBeLessThan(10_000);
    await expect(type(`key rotate ${key.id} --org ${organizationId} --overlap-seconds soon`)).rejects.toThrow("--overlap-seconds");
  });

  it("takes a lost second factor away, ends the person's sessions, and tells the person's organizations", async () => {
    const user = await operator.db.accounts.findUserForSignIn(email);
    const userId = user?.id ?? "";
    await operator.db.accounts.createSession({ sessionToken: `session-${run}`, userId, expires: new Date(Date.now() + 60_000) });
    await operator.db.secondFactors.begin(userId, "sealed");
    await operator.db.secondFactors.confirm(userId, 1, ["a recovery code"]);
    expect(await type(`second-factor reset --email ${email.toUpperCase()}`)).toEqual({ email, reset: true });
    expect(await operator.db.secondFactors.find(userId)).toBeNull();
    expect(await operator.db.accounts.findSessionUser(`session-${run}`)).toBeNull();
    const entries = await operator.db.audit.list({ organizationId, role: "owner", userId: null, label: "operator" }, { limit: 5 });
    expect(entries[0]).toMatchObject({ actor: "operator", action: "member.second-factor-reset", subject: email });
    expect(await type(`second-factor reset --email ${email}`)).toEqual({ email, reset: false });
    await expect(type(`second-factor reset --email nobody-${run}@example.test`)).rejects.toThrow(UsageError);
  });
});

describe("doctor", () => {
  const look = async (): Promise<Record<string, Finding>> => {
    const { findings } = await doctor(env)(operator, parseArguments([])) as { findings: Finding[] };
    return Object.fromEntries(findings.map((one) => [one.check, one]));
  };
  beforeEach(() => { vi.unstubAllEnvs(); });

  it("finds database, clock, spool and Stripe well where they are", async () => {
    const standIn = await createStripeStandIn();
    vi.stubEnv("STRIPE_SECRET_KEY", "sk_test_standin000").stubEnv("STRIPE_API_BASE", standIn.url).stubEnv("STRIPE_WEBHOOK_SECRET", `whsec_${"a".repeat(32)}`).stubEnv("SPOOL_DIR", mkdtempSync(path.join(tmpdir(), "spool-")));
    const seen = await look();
    expect(["database", "migrations", "redis settings", "stripe", "clock", "spool"].filter((check) => seen[check]?.ok !== true)).toEqual([]);
    await standIn.close();
  });

  it("says how to mend a spool that is not there, a placeholder secret, and a Stripe that does not answer", async () => {
    vi.stubEnv("SPOOL_DIR", "/nowhere/spool").stubEnv("STRIPE_SECRET_KEY", "sk_test_standin000").stubEnv("STRIPE_API_BASE", "http://127.0.0.1:1").stubEnv("STRIPE_WEBHOOK_SECRET", "whsec_placeholder");
    const seen = await look();
    expect(seen["spool"]).toMatchObject({ ok: false, advice: expect.stringContaining("/nowhere/spool is not there") });
    expect(seen["stripe"]).toMatchObject({ ok: false, advice: expect.stringMatching(/Correct STRIPE_WEBHOOK_SECRET(?!.*placeholder)/) });
    vi.stubEnv("STRIPE_WEBHOOK_SECRET", `whsec_${"a".repeat(32)}`);
    expect((await look())["stripe"]).toMatchObject({ ok: false, advice: expect.stringContaining("STRIPE_SECRET_KEY") });
  });
});
