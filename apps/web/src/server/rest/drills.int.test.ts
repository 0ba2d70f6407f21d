import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { issueKey } from "../issue-key.ts";
import { dispatchRest } from "./dispatch.ts";
import { closeStore, db, peppers, run, sql } from "./rest-store.fixture.ts";

const heard: string[] = [];
let number = 0;

afterAll(async () => { vi.unstubAllEnvs(); await closeStore(); });
beforeEach(() => {
  vi.unstubAllEnvs().stubEnv("AUTH_SECRET", "secret-of-the-rest-tests").stubEnv("API_KEY_PEPPERS", `1:${Buffer.alloc(32, 7).toString("base64")}`).stubEnv("PUBLIC_WEB_URL", "http://127.0.0.1:1").stubEnv("PUBLIC_GATEWAY_URL", "http://127.0.0.1:1");
});

interface Attempt { readonly provider: string; readonly startedAtMs: number; readonly timeToFirstTokenMs: number | null; readonly drill?: "failed" | "spared" }

/** An organization with a published preset `mine`. */
async function newTenant() {
  const user = await db.accounts.createUser({ email: `drl${++number}-${run}@example.test`, name: `Drl ${number} ${run}`, passwordHash: "x" });
  const { organizationId, projectId } = await db.accounts.ensureOrganization(user);
  const { secret } = await issueKey(db, peppers, { actor: { organizationId, role: "owner", userId: user.id, label: "test" }, projectId, input: { name: "management", kind: "mgmt" } });
  const call = async (method: string, path: string, body?: unknown) => {
    const url = new URL(`http://127.0.0.1:1/api/v1${path}`);
    const request = new Request(url, { method, headers: { authorization: `Bearer ${secret}` }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const response = await dispatchRest(request, url.pathname.split("/").slice(3), { db, kv: { publish: async (topic: string, id: string) => { heard.push(`${topic} ${id}`); } } as never, peppers });
    return { status: response.status, body: await response.json() as never };
  };
  /** As the worker books it. */
  const book = (status: string, chargeNanoUsd: number, attempts: readonly Attempt[]) => sql.query(
    `INSERT INTO generation (id, mode, "organizationId", "projectId", "apiKeyId", "createdAt", "inboundApi", streaming, "requestedModel", "presetSlug", status, "httpStatus", provider, model, "durationMs", "timeToFirstTokenMs",
      "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "usageBasis", "chargeNanoUsd", "costNanoUsd", attempts, losses, metadata)
     VALUES ($1, 'live', $2, $3, 'key_gone', now(), 'chat_completions', true, 'auto', 'mine', $4, 200, $5, 'm', 900, 300, 10, 0, 0, 5, 0, 'reported', $6, 12, $7, '[]', '{}')`,
    [`req_drl${run}${++number}`, organizationId, projectId, status, attempts.at(-1)?.provider ?? null, chargeNanoUsd, JSON.stringify(attempts.map((attempt, at) => ({ attempt: at + 1, durationMs: 800, ...attempt })))]);
  await call("POST", "/presets", { slug: "mine", name: "Mine", document: { rules: [{ name: "all", targets: [{ model: "openai/gpt-5-mini" }] }] } });
  await call("POST", "/presets/mine/publish", { comment: "first" });
  heard.length = 0;
  return { organizationId, call, book };
}
const wanted = { preset: "mine", provider: "openai", percent: 5, minutes: 10 };

describe("failover drills over REST", () => {
  it("run with their own end, one of a preset at a time, until they are stopped; the gateways hear of each change", async () => {
    const { organizationId, call } = await newTenant();
    const started = await call("POST", "/drills", wanted);
    expect([started.status, started.body]).toEqual([201, expect.objectContaining({ preset: "mine", provider: "openai", percent: 5, mode: "live", state: "running", endedAt: null })]);
    const { id, startsAt, endsAt } = started.body as { id: string; startsAt: string; endsAt: string };
    expect(Date.parse(endsAt) - Date.parse(startsAt)).toBe(600_000);
    expect((await call("POST", "/drills", wanted)).status).toBe(409);
    expect((await call("POST", `/drills/${id}/stop`)).body).toMatchObject({ state: "stopped", endedAt: expect.any(String) });
    expect((await call("POST", `/drills/${id}/stop`)).status).toBe(404);
    expect(heard).toEqual([`preset ${organizationId}`, `preset ${organizationId}`]);
    expect((await call("GET", "/drills?preset=mine")).body).toEqual([expect.objectContaining({ id, state: "stopped" })]);
    expect([(await (await newTenant()).call("GET", `/drills/${id}`)).status, (await (await newTenant()).call("GET", "/drills")).body]).toEqual([404, []]);
  });

  it("can wait for their time, and are refused where they would be nonsense", async () => {
    const { call } = await newTenant();
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    expect((await call("POST", "/drills", { ...wanted, startsAt: tomorrow })).body).toMatchObject({ state: "waiting", startsAt: tomorrow });
    const other = await newTenant();
    expect((await other.call("POST", "/drills", { ...wanted, startsAt: "2020-01-01T00:00:00Z" })).status).toBe(422);
    expect((await other.call("POST", "/drills", { ...wanted, provider: "nobody" })).status).toBe(422);
    expect((await other.call("POST", "/drills", { ...wanted, preset: "none" })).status).toBe(404);
    expect((await other.call("POST", "/drills", { ...wanted, minutes: 61 })).status).toBe(400);
  });

  it("report the time to recover, who was lost, who served and what it cost, beside the requests that were not drilled", async () => {
    const { call, book } = await newTenant();
    const { id } = (await call("POST", "/drills", { ...wanted, percent: 50 })).body as { id: string };
    const failed: Attempt = { provider: "openai", startedAtMs: 1_000, timeToFirstTokenMs: null, drill: "failed" };
    await book("rescued", 300, [failed, { provider: "anthropic", startedAtMs: 1_010, timeToFirstTokenMs: 200 }]);
    await book("rescued", 300, [failed, { provider: "anthropic", startedAtMs: 1_010, timeToFirstTokenMs: 200 }]);
    await book("rescued", 300, [failed, { provider: "openai", startedAtMs: 1_010, timeToFirstTokenMs: 400, drill: "spared" }]);
    for (let count = 0; count < 3; count++) await book("ok", 200, [{ provider: "openai", startedAtMs: 1_000, timeToFirstTokenMs: 300 }]);
    expect((await call("GET", `/drills/${id}`)).body).toMatchObject({
      drilled: { requests: 3, answered: 3, failed: 0, spared: 1, recoveryP50Ms: 210, servedBy: { anthropic: 2, openai: 1 } }, beside: { requests: 3, answered: 3, spared: 0, recoveryP50Ms: null, servedBy: { openai: 3 } }, lost: 1, costChangePercent: 50,
    });
  });

  it("comes back every week at an hour of the organization's clock, and has owners and admins told of what it loses, until it is removed", async () => {
    const { call, organizationId } = await newTenant();
    await sql.query(`UPDATE organization SET "timeZone" = 'Europe/Berlin' WHERE id = $1`, [organizationId]);
    const schedule = { preset: "mine", provider: "openai", percent: 5, minutes: 10, day: "tue", hour: 9 };
    const made = await call("POST", "/drill-schedules", schedule);
    const { id, nextAt } = made.body as { id: string; nextAt: string };
    expect(made).toMatchObject({ status: 201, body: { ...schedule, mode: "live", timeZone: "Europe/Berlin", last: null } });
    expect(new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Berlin", weekday: "short", hour: "2-digit", minute: "2-digit" }).format(new Date(nextAt))).toBe("Tue 09:00");
    expect(Date.parse(nextAt) - Date.now()).toBeGreaterThan(0);
    expect((await call("POST", "/drill-schedules", { ...schedule, provider: "anthropic" })).status).toBe(201);
    expect(((await call("GET", "/alerts")).body as { data: { kind: string; emails: string[] }[] }).data.filter(({ kind }) => kind === "drill_failed")).toMatchObject([{ emails: [expect.stringContaining("@example.test")] }]);
    expect((await call("PATCH", `/drill-schedules/${id}`, { percent: 20, day: "fri" })).body).toMatchObject({ id, provider: "openai", percent: 20, minutes: 10, day: "fri", hour: 9 });
    expect([(await call("PATCH", `/drill-schedules/${id}`, { provider: "nobody" })).status, (await call("PATCH", "/drill-schedules/drs_none", { percent: 20 })).status, (await call("PATCH", `/drill-schedules/${id}`, { hour: 24 })).status]).toEqual([422, 404, 400]);
    expect((await call("DELETE", `/drill-schedules/${id}`)).body).toMatchObject({ id });
    expect((await call("GET", "/drill-schedules?preset=mine")).body).toMatchObject([{ provider: "anthropic" }]);
    expect((await call("DELETE", `/drill-schedules/${id}`)).status).toBe(404);
  });

  it.each([
    ["a provider that does not exist", { provider: "nobody" }, 422], ["an hour that no clock has", { hour: 24 }, 400], ["a preset that is not there", { preset: "other" }, 404],
  ])("is not repeated for %s", async (_what, change, status) => {
    const { call } = await newTenant();
    expect((await call("POST", "/drill-schedules", { preset: "mine", provider: "openai", percent: 5, minutes: 10, day: "tue", hour: 9, ...change })).status).toBe(status);
  });
});
