import { createWebDb } from "@trunkline/db/web";
import { open } from "@trunkline/keys";
import pg from "pg";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { issueKey } from "../issue-key.ts";
import "./answers/checked-answers.ts";
import { dispatchRest } from "./dispatch.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: these tests need a migrated PostgreSQL");
const db = createWebDb({ databaseUrl });
const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
const peppers = new Map([[1, new Uint8Array(32).fill(7)]]);
const KEK = Buffer.alloc(32, 6);
const run = `${Date.now()}${process.pid}`;
let number = 0;

afterAll(async () => { vi.unstubAllEnvs(); await db.close(); await sql.end(); });
beforeEach(() => {
  vi.unstubAllEnvs().stubEnv("AUTH_SECRET", "secret-of-the-rest-tests").stubEnv("API_KEY_PEPPERS", `1:${Buffer.alloc(32, 7).toString("base64")}`).stubEnv("PUBLIC_WEB_URL", "http://127.0.0.1:1").stubEnv("PUBLIC_GATEWAY_URL", "http://127.0.0.1:2")
    .stubEnv("ENCRYPTION_KEYS", `1:${KEK.toString("base64")}`).stubEnv("OUTBOUND_PRIVATE_ADDRESSES", "refuse");
});

type Body = Record<string, unknown>;
async function newTenant() {
  const user = await db.accounts.createUser({ email: `alr${++number}-${run}@example.test`, name: `Alr ${number} ${run}`, passwordHash: "x" });
  const { organizationId, projectId } = await db.accounts.ensureOrganization(user);
  const actor = { organizationId, role: "owner", userId: user.id, label: "test" } as const;
  const { secret } = await issueKey(db, peppers, { actor, projectId, input: { name: "management", kind: "mgmt" } });
  const call = async (method: string, path: string, body?: Body): Promise<{ status: number; body: Body; text: string }> => {
    const url = new URL(`http://127.0.0.1:1/api/v1${path}`);
    const response = await dispatchRest(new Request(url, { method, headers: { authorization: `Bearer ${secret}` }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }), url.pathname.split("/").slice(3), { db, kv: { publish: async () => undefined } as never, peppers });
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text) as Body, text };
  };
  return { organizationId, actor, call };
}

describe("alerts", () => {
  it("show a webhook's secret once, and keep it sealed to its address", async () => {
    const { call, organizationId } = await newTenant();
    const made = await call("POST", "/alerts", { name: "budgets", kind: "budget", settings: { percents: [90] }, emails: ["Ops@Example.test"], webhookUrl: "https://hooks.example/alerts" });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ kind: "budget", settings: { percents: [90] }, webhookUrl: "https://hooks.example/alerts", enabled: true, firing: 0, webhookSecret: expect.stringMatching(/^whsec_/) as string });
    const listed = await call("GET", "/alerts");
    expect(listed.text).not.toContain(String(made.body["webhookSecret"]));
    const { rows } = await sql.query<{ id: string; webhookSecret: string }>(`SELECT id, "webhookSecret" FROM alert_rule WHERE "organizationId" = $1`, [organizationId]);
    const binding = { organizationId, credentialId: rows[0]?.id ?? "", provider: "webhook", baseUrl: "https://hooks.example/alerts", version: 1 };
    expect(open(rows[0]?.webhookSecret ?? "", binding, new Map([[1, new Uint8Array(KEK)]]))).toBe(made.body["webhookSecret"]);
    // Rotating the key-encryption key takes the webhooks' secrets along.
    const newer = new Uint8Array(32).fill(8);
    expect((await db.seals.rewrapAll(new Map([[1, new Uint8Array(KEK)], [2, newer]]))).rewrapped).toBeGreaterThanOrEqual(1);
    const moved = await sql.query<{ webhookSecret: string }>(`SELECT "webhookSecret" FROM alert_rule WHERE "organizationId" = $1`, [organizationId]);
    expect(open(moved.rows[0]?.webhookSecret ?? "", binding, new Map([[2, newer]]))).toBe(made.body["webhookSecret"]);
  });

  it("are refused where they would tell nobody, or reach into a private network", async () => {
    const { call } = await newTenant();
    expect(await call("POST", "/alerts", { name: "x", kind: "error_rate" })).toMatchObject({ status: 422 });
    for (const webhookUrl of ["https://10.0.0.1/x", "http://hooks.example/x", "https://user:pw@hooks.example/x"]) expect((await call("POST", "/alerts", { name: "x", kind: "error_rate", webhookUrl })).status, webhookUrl).toBe(422);
    expect((await call("POST", "/alerts", { name: "x", kind: "nothing", emails: ["a@example.test"] })).status).toBe(400);
    expect((await call("GET", "/alerts")).body["data"]).toEqual([]);
  });

  it("can be changed, switched off, tried out and removed, and are nobody else's business", async () => {
    const [mine, theirs] = [await newTenant(), await newTenant()];
    const { id } = (await mine.call("POST", "/alerts", { name: "errors", kind: "error_rate", emails: ["a@example.test", "b@example.test"] })).body as { id: string };
    expect((await mine.call("PATCH", `/alerts/${id}`, { enabled: false, settings: { percent: 5 }, name: "failures" })).body).toMatchObject({ enabled: false, settings: { percent: 5 }, name: "failures" });
    expect((await mine.call("POST", `/alerts/${id}/test`, {})).status).toBe(200);
    const history = (await mine.call("GET", "/alerts/history?limit=5")).body["data"] as Body[];
    expect(history).toMatchObject([{ test: true, ruleName: "failures", deliveries: [{ channel: "email", state: "pending" }, { channel: "email", state: "pending" }] }]);
    for (const [method, path] of [["PATCH", ""], ["POST", "/test"], ["DELETE", ""]] as const) expect((await theirs.call(method, `/alerts/${id}${path}`, method === "DELETE" ? undefined : {})).status, `${method} ${path}`).toBe(404);
    expect((await theirs.call("GET", "/alerts/history")).body["data"]).toEqual([]);
    await expect(db.alerts.remove({ ...mine.actor, role: "viewer" }, id)).rejects.toThrow(/alerts\.manage/);
    expect((await mine.call("DELETE", `/alerts/${id}`)).status).toBe(200);
    expect((await mine.call("GET", "/alerts/history")).body["data"]).toEqual([]);
  });
});
