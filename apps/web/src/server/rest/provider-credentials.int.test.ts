import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createWebDb } from "@trunkline/db/web";
import { open } from "@trunkline/keys";
import { createSimulator, type Simulator } from "@trunkline/testkit";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { issueKey } from "../issue-key.ts";
import "./answers/checked-answers.ts";
import { dispatchRest } from "./dispatch.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: these tests need a migrated PostgreSQL");
const db = createWebDb({ databaseUrl });
const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
const peppers = new Map([[1, new Uint8Array(32).fill(7)]]);
const kek = (version: number): Buffer => Buffer.alloc(32, version);
const kekText = (...versions: number[]): string => versions.map((version) => `${version}:${kek(version).toString("base64")}`).join(",");
const published: string[] = [];
const kv = { publish: async (topic: string, id: string) => { published.push(`${topic} ${id}`); } };
const run = `${Date.now()}${process.pid}`;
const GOOD = "sk-good-secret-0001";
let simulator: Simulator;
let number = 0;

beforeAll(async () => { simulator = await createSimulator({ port: 0 }); });
afterAll(async () => { vi.unstubAllEnvs(); await simulator.close(); await db.close(); await sql.end(); });
beforeEach(() => {
  published.length = 0;
  vi.unstubAllEnvs().stubEnv("AUTH_SECRET", "secret-of-the-rest-tests").stubEnv("API_KEY_PEPPERS", `1:${Buffer.alloc(32, 7).toString("base64")}`).stubEnv("PUBLIC_WEB_URL", "http://127.0.0.1:1").stubEnv("PUBLIC_GATEWAY_URL", "http://127.0.0.1:2")
    .stubEnv("ENCRYPTION_KEYS", kekText(1)).stubEnv("OPENAI_BASE_URL", `${simulator.url}/openai/v1`).stubEnv("ANTHROPIC_BASE_URL", `${simulator.url}/anthropic/v1`).stubEnv("OUTBOUND_PRIVATE_ADDRESSES", "refuse");
});

type Body = Record<string, unknown>;
async function newTenant(role: "owner" | "developer" = "owner") {
  const user = await db.accounts.createUser({ email: `crd${++number}-${run}@example.test`, name: `Crd ${number} ${run}`, passwordHash: "x" });
  const { organizationId, projectId } = await db.accounts.ensureOrganization(user);
  const { secret } = await issueKey(db, peppers, { actor: { organizationId, role: "owner", userId: user.id, label: "test" }, projectId, input: { name: "management", kind: "mgmt" } });
  const call = async (method: string, path: string, body?: Body): Promise<{ status: number; body: Body; text: string }> => {
    const response = await dispatchRest(new Request(`http://127.0.0.1:1/api/v1${path}`, { method, headers: { authorization: `Bearer ${secret}` }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }), path.slice(1).split("/"), { db, kv: kv as never, peppers });
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text) as Body, text };
  };
  return { organizationId, call, actor: { organizationId, role, userId: user.id, label: "test" } as const };
}
const openai = { provider: "openai", label: "production", secret: GOOD };

describe("provider credentials", () => {
  it("are checked with the provider, stored sealed, and shown by their last four characters only", async () => {
    const { call, organizationId } = await newTenant();
    const made = await call("POST", "/provider-credentials", openai);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ provider: "openai", providerName: "OpenAI", label: "production", lastFour: "0001", health: "ok", enabled: true, platformFallback: true, position: 0, weight: 1, note: null });
    expect(published).toEqual([`credential ${organizationId}`]);
    const listed = await call("GET", "/provider-credentials");
    for (const { text } of [made, listed]) { expect(text).not.toContain(GOOD); expect(text).not.toContain("tls1."); }
    const { rows } = await sql.query<Body>(`SELECT to_jsonb(c) AS row FROM provider_credential c WHERE "organizationId" = $1`, [organizationId]);
    expect(JSON.stringify(rows)).not.toContain(GOOD);
    const audit = await sql.query(`SELECT action FROM audit_entry WHERE "organizationId" = $1 AND action LIKE 'credential.%'`, [organizationId]);
    expect(audit.rows).toEqual([{ action: "credential.create" }]);
  });

  it("of Google Cloud are key files: a token is minted, shown to the provider, and the file stored sealed", async () => {
    const { call, organizationId } = await newTenant();
    const asked: string[] = [];
    const endpoint = createServer((request, response) => {
      request.setEncoding("utf8").on("data", (text: string) => asked.push(text)).on("end", () => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ access_token: "ya29.minted", expires_in: 3600 })));
    });
    await new Promise<void>((resolve) => { endpoint.listen(0, "127.0.0.1", resolve); });
    const { port } = endpoint.address() as AddressInfo;
    vi.stubEnv("OUTBOUND_PRIVATE_ADDRESSES", "allow");
    const privateKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const file = { type: "service_account", client_email: "gw@p.iam.gserviceaccount.com", private_key_id: "0123456789abcd", private_key: privateKey, token_uri: `http://127.0.0.1:${port}/token` };
    const vertex = { provider: "vertex", label: "gcp", baseUrl: `${simulator.url}/vertex`, secret: JSON.stringify(file, null, 2) };
    const made = await call("POST", "/provider-credentials", vertex);
    expect([made.status, made.body]).toMatchObject([201, { provider: "vertex", lastFour: "abcd", health: "ok" }]);
    expect(made.text).not.toContain("PRIVATE KEY");
    expect(new URLSearchParams(asked[0]).get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
    const { rows } = await sql.query<Body>(`SELECT to_jsonb(c) AS row FROM provider_credential c WHERE "organizationId" = $1`, [organizationId]);
    expect(JSON.stringify(rows)).not.toContain("PRIVATE KEY");
    const broken = await call("POST", "/provider-credentials", { ...vertex, secret: JSON.stringify({ ...file, private_key: "none" }) });
    expect([broken.status, broken.text]).toEqual([422, expect.stringContaining("key file") as unknown]);
    const incomplete = await call("POST", "/provider-credentials", { ...vertex, secret: '{"type":"service_account"}' });
    expect([incomplete.status, incomplete.text]).toEqual([422, expect.stringContaining("client_email") as unknown]);
    vi.stubEnv("OUTBOUND_PRIVATE_ADDRESSES", "refuse").stubEnv("VERTEX_BASE_URL", `${simulator.url}/vertex`);
    const inward = await call("POST", "/provider-credentials", { provider: "vertex", label: "gcp", secret: JSON.stringify(file) });
    expect(inward.status).toBe(422);
    expect(asked).toHaveLength(1);
    await new Promise((resolve) => { endpoint.close(resolve); });
  });

  it("are refused with whose fault it is, and nothing is stored", async () => {
    const { call } = await newTenant();
    const refused = await call("POST", "/provider-credentials", { ...openai, secret: "sk-refused-key-1" });
    expect(refused).toMatchObject({ status: 422, body: { detail: expect.stringMatching(/OpenAI answered 401.*not accepted/) as string } });
    expect(refused.text).not.toContain("sk-refused-key-1");
    vi.stubEnv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1");
    expect(await call("POST", "/provider-credentials", openai)).toMatchObject({ status: 422, body: { detail: expect.stringContaining("OpenAI did not answer") as string } });
    expect(await call("POST", "/provider-credentials", { ...openai, provider: "nobody" })).toMatchObject({ status: 400 });
    expect((await call("GET", "/provider-credentials")).body["data"]).toEqual([]);
  });

  it("cannot name an address in a private network, unless the operator allows it", async () => {
    const { call } = await newTenant();
    for (const baseUrl of ["https://169.254.169.254/latest", "https://10.0.0.1/v1", "http://models.example/v1", simulator.url]) {
      expect(await call("POST", "/provider-credentials", { ...openai, baseUrl }), baseUrl).toMatchObject({ status: 422 });
    }
    expect(await call("POST", "/provider-credentials", { ...openai, baseUrl: "https://localhost:1/v1" })).toMatchObject({ status: 422, body: { detail: expect.stringContaining("public internet") as string } });
    vi.stubEnv("OUTBOUND_PRIVATE_ADDRESSES", "allow");
    expect(await call("POST", "/provider-credentials", { ...openai, baseUrl: `${simulator.url}/openai/v1` })).toMatchObject({ status: 201 });
  });

  it("can be ordered, weighted, switched off, given another secret, checked again and removed", async () => {
    const { call } = await newTenant();
    const first = (await call("POST", "/provider-credentials", openai)).body;
    const second = (await call("POST", "/provider-credentials", { ...openai, label: "spare", secret: "sk-good-secret-0002" })).body;
    expect(second["position"]).toBe(1);
    expect((await call("PATCH", `/provider-credentials/${String(first["id"])}`, { position: 2, weight: 5, enabled: false, platformFallback: false, label: "old" })).body).toMatchObject({ position: 2, weight: 5, enabled: false, platformFallback: false, label: "old", lastFour: "0001" });
    expect(((await call("GET", "/provider-credentials")).body["data"] as Body[]).map((row) => row["label"])).toEqual(["spare", "old"]);
    expect((await call("PATCH", `/provider-credentials/${String(first["id"])}`, { secret: "sk-refused-key-2" })).status).toBe(422);
    expect((await call("PATCH", `/provider-credentials/${String(first["id"])}`, { secret: "sk-good-secret-0003" })).body).toMatchObject({ lastFour: "0003" });
    expect(await call("POST", `/provider-credentials/${String(first["id"])}/validate`, {})).toMatchObject({ status: 200, body: { ok: true } });
    expect((await call("DELETE", `/provider-credentials/${String(first["id"])}`)).status).toBe(200);
    expect((await call("DELETE", `/provider-credentials/${String(first["id"])}`)).status).toBe(404);
  });

  it("are another organization's business to nobody, and a developer's to read only", async () => {
    const [mine, theirs] = [await newTenant(), await newTenant("developer")];
    const { id } = (await mine.call("POST", "/provider-credentials", openai)).body as { id: string };
    for (const [method, path, body] of [["PATCH", "", { enabled: false }], ["DELETE", "", undefined], ["POST", "/validate", {}]] as const) expect((await theirs.call(method, `/provider-credentials/${id}${path}`, body)).status, `${method} ${path}`).toBe(404);
    expect((await theirs.call("GET", "/provider-credentials")).body["data"]).toEqual([]);
    await expect(db.credentials.remove({ ...mine.actor, role: "developer" }, id)).rejects.toThrow(/credentials\.manage/);
  });

  it("keep opening while the key-encryption key is rotated, and no longer need the old one afterwards", async () => {
    const { call, actor } = await newTenant();
    const { id } = (await call("POST", "/provider-credentials", openai)).body as { id: string };
    const both = new Map([[1, new Uint8Array(kek(1))], [2, new Uint8Array(kek(2))]]);
    expect((await db.seals.rewrapAll(both)).rewrapped).toBeGreaterThanOrEqual(1);
    expect(await db.seals.rewrapAll(both)).toMatchObject({ rewrapped: 0 });
    const { sealed, binding } = await db.credentials.loadSealed(actor, id);
    expect(open(sealed, binding, new Map([[2, new Uint8Array(kek(2))]]))).toBe(GOOD);
    const strange = await db.seals.rewrapAll(new Map([[3, new Uint8Array(kek(3))]]));
    expect(strange).toMatchObject({ ok: false, rewrapped: 0, unreadable: expect.arrayContaining([id]) as string[] });
  });
});
