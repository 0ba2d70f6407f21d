import { INVALIDATION_TOPICS } from "@trunkline/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chat, Stack, type IssuedKey } from "../stack.ts";

let stack: Stack;
beforeAll(async () => { stack = await Stack.start(); });
afterAll(() => stack.stop());

/** As the webhook leaves it: the account's row, and the gateways told. */
async function setAccount({ organizationId }: IssuedKey, account: { readonly mode: string; readonly state?: string; readonly creditNanoUsd?: number; readonly plan?: string }): Promise<void> {
  const { mode, state = "active", creditNanoUsd = 0, plan = "free" } = account;
  await stack.pool.query(
    `INSERT INTO billing_account ("organizationId", mode, state, "creditNanoUsd", plan, "updatedAt") VALUES ($1, $2, $3, $4, $5, now())
     ON CONFLICT ("organizationId") DO UPDATE SET mode = excluded.mode, state = excluded.state, "creditNanoUsd" = excluded."creditNanoUsd", plan = excluded.plan`, [organizationId, mode, state, creditNanoUsd, plan]);
  await stack.announce(INVALIDATION_TOPICS.budget, organizationId);
}

/** A changed account is heard within moments; asks until the status is there. */
async function statusSoon(key: IssuedKey, status: number): Promise<{ readonly status: number; readonly code: string | undefined; readonly message: string }> {
  let seen = { status: 0, code: undefined as string | undefined, message: "" };
  await expect.poll(async () => {
    const response = await stack.post("/chat/completions", chat({ max_tokens: 50 }), { key });
    const body = await response.json() as { error?: { code: string; message: string } };
    seen = { status: response.status, code: body.error?.code, message: body.error?.message ?? "" };
    return seen.status;
  }, { timeout: 5_000 }).toBe(status);
  return seen;
}

describe("an organization's billing account", () => {
  it("asks for nothing where there is none", async () => {
    await statusSoon(await stack.issueKey({ kind: "live" }), 200);
  });
  it("402 without credit, and the next call after a purchase works", async () => {
    const key = await stack.issueKey({ kind: "live" });
    await setAccount(key, { mode: "prepaid" });
    const refused = await statusSoon(key, 402);
    expect(refused.code).toBe("tenant.insufficient_credits");
    expect(refused.message).toContain("Buy credits");
    await setAccount(key, { mode: "prepaid", creditNanoUsd: 5_000_000_000 });
    await statusSoon(key, 200);
  });
  it("402 while a payment is overdue, also with credit left, and works again when it is paid", async () => {
    const key = await stack.issueKey({ kind: "live" });
    await setAccount(key, { mode: "postpaid", state: "past_due", creditNanoUsd: 5_000_000_000 });
    const refused = await statusSoon(key, 402);
    expect(refused.code).toBe("tenant.insufficient_credits");
    expect(refused.message).toContain("open invoice");
    await setAccount(key, { mode: "postpaid" });
    await statusSoon(key, 200);
  });
  it("spends credit by what calls cost, not by what was reserved for them", async () => {
    const key = await stack.issueKey({ kind: "live" });
    await setAccount(key, { mode: "prepaid", creditNanoUsd: 400_000 });
    const statuses: number[] = [];
    for (let call = 0; call < 40 && statuses.at(-1) !== 402; call++) statuses.push((await stack.post("/chat/completions", chat({ max_tokens: 50 }), { key })).status);
    expect(statuses.at(-1)).toBe(402);
    const charged = (await stack.eventsSoon(key, statuses.length)).reduce((sum, event) => sum + BigInt(event.chargeNanoUsd), 0n);
    expect(charged).toBeGreaterThan(0n);
    expect(charged).toBeLessThanOrEqual(400_000n);
  });
  it("binds test keys to nothing", async () => {
    const key = await stack.issueKey();
    await setAccount(key, { mode: "prepaid" });
    await statusSoon(key, 200);
  });
  it("keeps the plan's requests a minute where the organization set none of its own", async () => {
    const key = await stack.issueKey({ kind: "live" });
    await setAccount(key, { mode: "postpaid", plan: "pro" });
    await expect.poll(async () => (await stack.post("/chat/completions", chat({ max_tokens: 5 }), { key })).headers.get("x-ratelimit-limit-requests"), { timeout: 5_000 }).toBe("3000");
  });
});
