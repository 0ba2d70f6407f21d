import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createReplayStore } from "@trunkline/kv";
import { createWebDb } from "@trunkline/db/web";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { issueKey } from "../issue-key.ts";
import "./answers/checked-answers.ts";
import { dispatchRest, OPERATIONS } from "./dispatch.ts";
import { runOnce } from "./idempotency.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: these tests need a migrated PostgreSQL");
const db = createWebDb({ databaseUrl });
const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
const peppers = new Map([[1, new Uint8Array(32).fill(7)]]);
const published: string[] = [];
const kv = { publish: async (topic: string, id: string) => { published.push(`${topic} ${id}`); } };
const run = `${Date.now()}${process.pid}`;
let server: Server;
let url = "";
let number = 0;

/** The operations on a socket, as the dashboard's route serves them. */
beforeAll(async () => {
  vi.stubEnv("AUTH_SECRET", "secret-of-the-rest-tests").stubEnv("API_KEY_PEPPERS", `1:${Buffer.alloc(32, 7).toString("base64")}`).stubEnv("PUBLIC_WEB_URL", "http://127.0.0.1:1").stubEnv("PUBLIC_GATEWAY_URL", "http://127.0.0.1:2");
  server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
      const { method = "GET" } = incoming;
      const target = new URL(incoming.url ?? "/", url);
      const request = new Request(target, { method, headers: incoming.headers as Record<string, string>, ...(method === "GET" ? {} : { body: Buffer.concat(chunks) }) });
      void dispatchRest(request, target.pathname.split("/").slice(3).map(decodeURIComponent), { db, kv: kv as never, peppers }).then(async (response) => {
        outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text());
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => { vi.unstubAllEnvs(); server.close(); await db.close(); await sql.end(); });

interface Tenant { readonly organizationId: string; readonly call: (method: string, path: string, options?: { body?: unknown; headers?: Record<string, string> }) => Promise<{ status: number; headers: Headers; body: never }> }

async function newTenant(): Promise<Tenant> {
  const user = await db.accounts.createUser({ email: `rest${++number}-${run}@example.test`, name: `Rest ${number} ${run}`, passwordHash: "x" });
  const { organizationId, projectId } = await db.accounts.ensureOrganization(user);
  const { secret } = await issueKey(db, peppers, { actor: { organizationId, role: "owner", userId: user.id, label: "test" }, projectId, input: { name: "management", kind: "mgmt" } });
  return {
    organizationId,
    async call(method, path, { body, headers = {} } = {}) {
      const response = await fetch(`${url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${secret}`, ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      return { status: response.status, headers: response.headers, body: (await response.json()) as never };
    },
  };
}

interface KeyBody { readonly key: { id: string; keyId: string; name: string; kind: string; rpmLimit: number | null; expiresAt: string | null; revokedAt: string | null; budget: { limitUsd: string; period: string } | null }; readonly secret: string; readonly replaced: KeyBody["key"] }
const created = async (tenant: Tenant, more = {}): Promise<KeyBody> => (await tenant.call("POST", "/keys", { body: { name: "ci", rpmLimit: 60, budget: { period: "monthly", limitUsd: "12.50" }, ...more } })).body;
const countKeys = async ({ organizationId }: Tenant): Promise<number> => Number((await sql.query<{ n: string }>(`SELECT count(*) AS n FROM api_key WHERE "organizationId" = $1 AND kind <> 'mgmt'`, [organizationId])).rows[0]?.n);

describe("a key that web pages may use", () => {
  const origins = ["https://app.example", "http://localhost:5173"];

  it("names their origins, keeps them over a rotation, and can be taken back from them", async () => {
    const tenant = await newTenant();
    const { key } = await created(tenant, { browserOrigins: origins });
    expect(key).toMatchObject({ browserOrigins: origins });
    expect((await tenant.call("POST", `/keys/${key.id}/rotate`)).body).toMatchObject({ key: { browserOrigins: origins } });
    published.length = 0;
    expect((await tenant.call("PATCH", `/keys/${key.id}`, { body: { browserOrigins: [] } })).body).toMatchObject({ browserOrigins: [] });
    expect(published).toEqual([expect.stringContaining(key.keyId)]);
    expect((await created(tenant)).key).toMatchObject({ browserOrigins: [] });
  });

  it.each([["https://app.example/"], ["https://app.example/path"], ["app.example"], ["javascript:alert(1)"], ["null"], ["https://*.example"]])("is refused with %s, which no browser sends as an origin", async (origin) => {
    const tenant = await newTenant();
    expect((await tenant.call("POST", "/keys", { body: { name: "page", browserOrigins: [origin] } })).status).toBe(400);
  });

  it("is never a management key", async () => {
    const tenant = await newTenant();
    expect((await tenant.call("POST", "/keys", { body: { name: "page", kind: "mgmt", browserOrigins: origins } })).status).not.toBe(201);
    const listed = (await tenant.call("GET", "/keys")).body as unknown as { data: KeyBody["key"][] };
    const management = listed.data.find((one) => one.kind === "mgmt");
    expect((await tenant.call("PATCH", `/keys/${management?.id}`, { body: { browserOrigins: origins } })).status).toBe(409);
  });
});

describe("a preset that is deleted", () => {
  it("is gone with its versions, is told to the gateways, stands in the audit log by its name, and leaves its slug free", async () => {
    const tenant = await newTenant();
    const body = { slug: "mine", name: "Mine", document: { rules: [{ name: "all", targets: [{ model: "openai/gpt-5-mini" }] }] } };
    await tenant.call("POST", "/presets", { body });
    await tenant.call("POST", "/presets/mine/publish", { body: { comment: "first" } });
    published.length = 0;
    expect((await tenant.call("DELETE", "/presets/mine")).body).toMatchObject({ slug: "mine" });
    expect(published).toEqual([expect.stringContaining(tenant.organizationId)]);
    expect((await tenant.call("GET", "/presets/mine")).status).toBe(404);
    expect((await tenant.call("DELETE", "/presets/mine")).status).toBe(404);
    expect((await tenant.call("GET", "/audit-log")).body).toMatchObject({ data: expect.arrayContaining([expect.objectContaining({ action: "preset.delete", subject: expect.stringMatching(/^pre_.* mine$/) })]) });
    expect((await tenant.call("POST", "/presets", { body })).status).toBe(201);
    expect((await (await newTenant()).call("DELETE", "/presets/mine")).status).toBe(404);
  });
});

describe("what a key and a project let serve", () => {
  it("is set, kept over a rotation, and told to the gateways", async () => {
    const tenant = await newTenant();
    const { key } = await created(tenant, { allowedModels: ["openai/*"] });
    expect((await tenant.call("POST", `/keys/${key.id}/rotate`)).body).toMatchObject({ key: { allowedModels: ["openai/*"] } });
    published.length = 0;
    expect((await tenant.call("PATCH", `/keys/${key.id}`, { body: { allowedModels: [] } })).body).toMatchObject({ allowedModels: [] });
    const guardrails = { models: { deny: ["openai/*"] }, zeroRetention: true, refuse: { kinds: ["card"], patterns: ["PAT-####"] } };
    expect((await tenant.call("PATCH", "/projects/default", { body: { guardrails } })).body).toMatchObject({ guardrails: { models: { allow: [], deny: ["openai/*"] }, zeroRetention: true, noTraining: false, refuse: guardrails.refuse } });
    expect(published).toEqual([expect.stringContaining(key.keyId), expect.stringContaining(tenant.organizationId)]);
    expect((await tenant.call("GET", "/projects/default")).body).toMatchObject({ guardrails: { models: { deny: ["openai/*"] } } });
    expect((await tenant.call("PATCH", "/projects/default", { body: { guardrails: { models: { deny: ["gpt"] } } } })).status).toBe(400);
  });
});

describe("a project's limits", () => {
  it("are set, kept, taken away, and told to the gateways", async () => {
    const tenant = await newTenant();
    published.length = 0;
    expect((await tenant.call("PATCH", "/projects/default", { body: { rpmLimit: 60, tpmLimit: 9_000, concurrencyLimit: 4 } })).body).toMatchObject({ slug: "default", rpmLimit: 60, tpmLimit: 9_000, concurrencyLimit: 4 });
    expect((await tenant.call("PATCH", "/projects/default", { body: { tpmLimit: null } })).body).toMatchObject({ rpmLimit: 60, tpmLimit: null, concurrencyLimit: 4 });
    expect((await tenant.call("GET", "/projects/default")).body).toMatchObject({ rpmLimit: 60, tpmLimit: null, concurrencyLimit: 4 });
    expect(published).toEqual([`budget ${tenant.organizationId}`, `budget ${tenant.organizationId}`]);
  });

  it.each([[{ rpmLimit: 0 }], [{ tpmLimit: 1.5 }], [{ concurrencyLimit: "4" }], [{ rpm: 4 }]])("refuse %j", async (body) => {
    const tenant = await newTenant();
    expect((await tenant.call("PATCH", "/projects/default", { body })).status).toBe(400);
  });
});

describe("usage", () => {
  it("comes by one dimension or two, as JSON and CSV, and names what may be asked", async () => {
    const tenant = await newTenant();
    expect((await tenant.call("GET", "/usage?group_by=user,model")).body).toMatchObject({ group_by: "user,model", data: [] });
    expect((await tenant.call("GET", "/usage?group_by=session")).body).toMatchObject({ group_by: "session", data: [] });
    for (const wrong of ["nothing", "model,model", "model,user,key", ""]) expect((await tenant.call("GET", `/usage?group_by=${wrong}`)).status, wrong).toBe(400);
  });
});

describe("a preset's canary", () => {
  const document = (model: string) => ({ rules: [{ name: "all", targets: [{ model }] }] });
  async function withDraft(): Promise<Tenant> {
    const tenant = await newTenant();
    await tenant.call("POST", "/presets", { body: { slug: "mine", name: "Mine", document: document("openai/gpt-5-mini") } });
    await tenant.call("POST", "/presets/mine/publish", { body: { comment: "first" } });
    await tenant.call("PATCH", "/presets/mine", { body: { document: document("openai/gpt-5") } });
    published.length = 0;
    return tenant;
  }

  it("turns the draft into a version beside the published one, shows both, and is promoted; the gateways hear of each step", async () => {
    const tenant = await withDraft();
    expect((await tenant.call("GET", "/presets/mine/canary")).status).toBe(404);
    const started = await tenant.call("POST", "/presets/mine/canary", { body: { percent: 5, comment: "larger model" } });
    expect([started.status, started.body]).toEqual([201, expect.objectContaining({ draft: null, published: expect.objectContaining({ version: 1 }), canary: expect.objectContaining({ version: 2, baseVersion: 1, percent: 5, by: "session", endedAt: null }) })]);
    expect((await tenant.call("PATCH", "/presets/mine/canary", { body: { percent: 20 } })).body).toMatchObject({ canary: { percent: 20 } });
    expect((await tenant.call("GET", "/presets/mine/canary")).body).toMatchObject({ canary: { version: 2 }, tried: { version: 2, requests: 0 }, beside: { version: 1, requests: 0 }, verdict: "collecting" });
    expect((await tenant.call("POST", "/presets/mine/canary/promote")).body).toMatchObject({ published: { version: 2 }, canary: { outcome: "promoted" } });
    expect(published).toEqual(Array.from({ length: 3 }, () => `preset ${tenant.organizationId}`));
    expect((await tenant.call("POST", "/presets/mine/canary/abort")).status).toBe(404);
  });

  it("is one at a time, needs something else to try, and ends when another version is published", async () => {
    const tenant = await withDraft();
    expect((await tenant.call("POST", "/presets/mine/canary", { body: { percent: 5, version: 1 } })).status).toBe(422);
    expect((await tenant.call("POST", "/presets/mine/canary", { body: { percent: 100 } })).status).toBe(400);
    await tenant.call("POST", "/presets/mine/canary", { body: { percent: 5 } });
    expect((await tenant.call("POST", "/presets/mine/canary", { body: { percent: 5, version: 2 } })).status).toBe(409);
    await tenant.call("PATCH", "/presets/mine", { body: { document: document("anthropic/claude-haiku-4.5") } });
    expect((await tenant.call("POST", "/presets/mine/publish", { body: {} })).body).toMatchObject({ published: { version: 3 }, canary: { version: 2, outcome: "replaced" } });
    expect((await tenant.call("POST", "/presets/mine/canary", { body: { percent: 5 } })).status).toBe(422);
    const other = await newTenant();
    expect((await other.call("GET", "/presets/mine/canary")).status).toBe(404);
  });
});

describe("a preset's shadow", () => {
  const document = (model: string) => ({ rules: [{ name: "all", targets: [{ model }] }] });

  it("turns the draft into a version that gets copies, one at a time, until it is stopped or another version is published", async () => {
    const tenant = await newTenant();
    await tenant.call("POST", "/presets", { body: { slug: "mine", name: "Mine", document: document("openai/gpt-5-mini") } });
    expect((await tenant.call("POST", "/presets/mine/shadow", { body: { percent: 5 } })).status).toBe(422);
    await tenant.call("POST", "/presets/mine/publish", { body: { comment: "first" } });
    await tenant.call("PATCH", "/presets/mine", { body: { document: document("openai/gpt-5") } });
    expect((await tenant.call("GET", "/presets/mine/shadow")).status).toBe(404);
    published.length = 0;
    const started = await tenant.call("POST", "/presets/mine/shadow", { body: { percent: 100 } });
    expect([started.status, started.body]).toEqual([201, expect.objectContaining({ draft: null, published: expect.objectContaining({ version: 1 }), shadow: expect.objectContaining({ version: 2, baseVersion: 1, percent: 100, endedAt: null }) })]);
    expect((await tenant.call("POST", "/presets/mine/shadow", { body: { percent: 5, version: 2 } })).status).toBe(409);
    expect((await tenant.call("GET", "/presets/mine/shadow")).body).toMatchObject({ shadow: { version: 2 }, copies: { version: 2, requests: 0 }, served: { version: 1, requests: 0 } });
    expect((await tenant.call("POST", "/presets/mine/shadow/stop")).body).toMatchObject({ shadow: { endedAt: expect.any(String) } });
    expect(published).toEqual(Array.from({ length: 2 }, () => `preset ${tenant.organizationId}`));
    expect((await tenant.call("POST", "/presets/mine/shadow/stop")).status).toBe(404);
    await tenant.call("POST", "/presets/mine/shadow", { body: { percent: 5, version: 2 } });
    expect((await tenant.call("POST", "/presets/mine/rollback", { body: { version: 2 } })).body).toMatchObject({ published: { version: 2 }, shadow: { endedAt: expect.any(String) } });
    const model = `shadowed/${tenant.organizationId}`;
    await sql.query(`INSERT INTO model (id, document) VALUES ($1, $2)`, [model, JSON.stringify({ id: model, name: model, author: "shadowed", createdAt: 0, contextTokens: 1000, maxOutputTokens: 100, inputModalities: ["text"], tools: false, jsonSchema: false, reasoning: false, tier: "mid", description: "" })]);
    expect((await tenant.call("POST", "/presets/mine/shadow", { body: { percent: 5, model: "nobody/none" } })).status).toBe(422);
    expect((await tenant.call("POST", "/presets/mine/shadow", { body: { percent: 5, model, version: 1 } })).status).toBe(422);
    const ofModel = await tenant.call("POST", "/presets/mine/shadow", { body: { percent: 5, model } });
    expect([ofModel.status, ofModel.body]).toEqual([201, expect.objectContaining({ published: expect.objectContaining({ version: 2 }), shadow: expect.objectContaining({ version: null, model, baseVersion: 2, endedAt: null }) })]);
    expect((await tenant.call("GET", "/presets/mine/shadow")).body).toMatchObject({ shadow: { model }, copies: { requests: 0 }, served: { version: 2 } });
    expect((await (await newTenant()).call("GET", "/presets/mine/shadow")).status).toBe(404);
  });
});

describe("rotating a key", () => {
  it("makes a new key with the old one's limits and lets the old one work until the overlap ends", async () => {
    const tenant = await newTenant();
    const first = await created(tenant);
    published.length = 0;
    const before = Date.now();
    const { status, body } = await tenant.call("POST", `/keys/${first.key.id}/rotate`, { body: { overlapSeconds: 3600 } }) as { status: number; body: KeyBody };
    expect(status).toBe(201);
    expect(body.key).toMatchObject({ name: "ci", kind: "live", rpmLimit: 60, expiresAt: null, budget: { period: "monthly", limitUsd: first.key.budget?.limitUsd } });
    expect(body.secret).toMatch(/^tl_live_/);
    expect(body.secret).not.toBe(first.secret);
    expect(body.replaced).toMatchObject({ id: first.key.id, revokedAt: null });
    const overlapMs = Date.parse(body.replaced.expiresAt ?? "") - before;
    expect(overlapMs).toBeGreaterThan(3_599_000);
    expect(overlapMs).toBeLessThan(3_660_000);
    expect(published).toEqual([`api-key ${first.key.keyId}`, `api-key ${body.key.keyId}`]);
  });

  it("ends the old key at once without an overlap, and never lengthens its life", async () => {
    const tenant = await newTenant();
    const leaked = await created(tenant);
    expect(((await tenant.call("POST", `/keys/${leaked.key.id}/rotate`, { body: { overlapSeconds: 0 } })).body as KeyBody).replaced.revokedAt).not.toBeNull();
    const soon = new Date(Date.now() + 60_000).toISOString();
    const short = await created(tenant, { expiresAt: soon });
    expect(((await tenant.call("POST", `/keys/${short.key.id}/rotate`)).body as KeyBody).replaced.expiresAt).toBe(soon);
  });

  it("refuses a key that no longer works, and knows no key of another organization", async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    const { key } = await created(tenant);
    await tenant.call("POST", `/keys/${key.id}/revoke`);
    expect((await tenant.call("POST", `/keys/${key.id}/rotate`)).status).toBe(409);
    expect((await other.call("POST", `/keys/${key.id}/rotate`)).status).toBe(404);
    expect((await other.call("GET", `/keys/${key.id}`)).status).toBe(404);
  });
});

describe("Idempotency-Key", () => {
  const body = { name: "once" };
  it("does a POST once and answers every repeat alike, secret and all", async () => {
    const tenant = await newTenant();
    const headers = { "idempotency-key": "retry-1" };
    const first = await tenant.call("POST", "/keys", { body, headers });
    const again = await tenant.call("POST", "/keys", { body, headers });
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
    expect([first.headers.get("idempotent-replayed"), again.headers.get("idempotent-replayed")]).toEqual([null, "true"]);
    expect(await countKeys(tenant)).toBe(1);
    expect((await tenant.call("POST", "/keys", { body, headers: { "idempotency-key": "retry-2" } })).status).toBe(201);
    expect(await countKeys(tenant)).toBe(2);
  });

  it("runs one of many that come at once", async () => {
    const tenant = await newTenant();
    const statuses = (await Promise.all(Array.from({ length: 8 }, () => tenant.call("POST", "/keys", { body, headers: { "idempotency-key": "race" } })))).map((answer) => answer.status);
    expect(await countKeys(tenant)).toBe(1);
    expect(statuses.filter((status) => status !== 201 && status !== 409)).toEqual([]);
  });

  it("refuses a key that comes with another body, and one that is malformed", async () => {
    const tenant = await newTenant();
    const headers = { "idempotency-key": "same" };
    await tenant.call("POST", "/keys", { body, headers });
    expect((await tenant.call("POST", "/keys", { body: { name: "other" }, headers })).status).toBe(422);
    expect((await tenant.call("POST", "/keys", { body, headers: { "idempotency-key": "x".repeat(256) } })).status).toBe(400);
    expect(await countKeys(tenant)).toBe(1);
  });

  it("is a key of its caller and its path: nobody else's answer comes back", async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    const headers = { "idempotency-key": "shared-name" };
    const mine = await tenant.call("POST", "/keys", { body, headers }) as { body: KeyBody };
    const theirs = await other.call("POST", "/keys", { body, headers }) as { body: KeyBody };
    expect(theirs.body.key.id).not.toBe(mine.body.key.id);
    const [a, b] = [await tenant.call("POST", `/keys/${mine.body.key.id}/rotate`, { headers }), await tenant.call("POST", "/projects", { body: { name: "p" }, headers })];
    expect([a.headers.get("idempotent-replayed"), b.headers.get("idempotent-replayed")]).toEqual([null, null]);
  });

  it("does not keep an answer that is checked anew, nor a failure of ours", async () => {
    const tenant = await newTenant();
    const headers = { "idempotency-key": "mended" };
    expect((await tenant.call("POST", "/keys", { body: { name: "" }, headers })).status).toBe(400);
    expect((await tenant.call("POST", "/keys", { body, headers })).status).toBe(201);
    const store = createReplayStore({});
    const statuses = [500, 201, 202];
    const send = () => runOnce({ request: new Request("http://x/api/v1/keys", { method: "POST", headers: { "idempotency-key": "k" } }), text: "", credential: "c", run: async () => new Response("{}", { status: statuses.shift() ?? 0 }) }, () => store);
    expect([(await send()).status, (await send()).status, (await send()).status]).toEqual([500, 201, 201]);
  });

  it("keeps no secret that the store alone could open", async () => {
    const kept: string[] = [];
    const store = createReplayStore({});
    const watched = { ...store, finish: (key: string, value: string, ms: number) => { kept.push(key, value); return store.finish(key, value, ms); } };
    await runOnce({ request: new Request("http://x/api/v1/keys", { method: "POST", headers: { "idempotency-key": "k" } }), text: "", credential: "tl_mgmt_secret", run: async () => Response.json({ secret: "tl_live_secret" }) }, () => watched);
    const everything = kept.flatMap((text) => [text, Buffer.from(text, "base64").toString("latin1")]).join(" ");
    expect(kept).toHaveLength(2);
    expect(everything).not.toMatch(/tl_live|tl_mgmt/);
  });
});

describe("the management API", () => {
  it("changes only the organization that the path names", async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    expect((await tenant.call("PATCH", `/organizations/${other.organizationId}`, { body: { name: "Mine now" } })).status).toBe(404);
    expect((await tenant.call("GET", `/organizations/${other.organizationId}`)).status).toBe(404);
    expect(await tenant.call("PATCH", `/organizations/${tenant.organizationId}`, { body: { name: "Renamed" } })).toMatchObject({ status: 200, body: { name: "Renamed" } });
    expect(await tenant.call("GET", `/organizations/${tenant.organizationId}`)).toMatchObject({ status: 200, body: { name: "Renamed" } });
  });

  it("answers problems with their media type, and says which methods a path knows", async () => {
    const tenant = await newTenant();
    const wrong = await tenant.call("DELETE", "/projects");
    expect([wrong.status, wrong.headers.get("allow"), wrong.headers.get("content-type")]).toEqual([405, "GET, POST", "application/problem+json"]);
    expect((await tenant.call("GET", "/nothing")).status).toBe(404);
    expect((await fetch(`${url}/api/v1/keys`, { headers: { authorization: "Bearer tl_mgmt_nonsense" } })).status).toBe(401);
  });

  it("refuses a text that cannot be stored, in a body, a query or a path, by where it stands", async () => {
    const tenant = await newTenant();
    for (const [method, path, body, where] of [["POST", "/keys", { name: "a\0b" }, "name"], ["POST", "/presets", { slug: "odd", name: "odd", document: { rules: [{ name: "r", targets: [{ model: "\ud800" }] }] } }, "document.rules[0].targets[0].model"], ["GET", "/requests?model=a%00", undefined, "model"], ["GET", "/keys/a%00", undefined, "id"]] as const) {
      expect(await tenant.call(method, path, body ? { body } : {})).toMatchObject({ status: 400, body: { errors: [{ path: where }] } });
    }
  });
  it("names each operation once", () => {
    expect(new Set(OPERATIONS.map((operation) => operation.id)).size).toBe(OPERATIONS.length);
    expect(new Set(OPERATIONS.map((operation) => `${operation.method} ${operation.path}`)).size).toBe(OPERATIONS.length);
  });
});
