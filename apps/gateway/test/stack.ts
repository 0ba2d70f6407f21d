import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { randomBytes } from "node:crypto";
import { SEED } from "@trunkline/catalog";
import { createId, type InvalidationTopic, type UsageEvent } from "@trunkline/contracts";
import { generateKey, hashKey, type KeyKind } from "@trunkline/keys";
import { createKv } from "@trunkline/kv";
import { PROVIDERS } from "@trunkline/providers";
import { createSimulator, type Simulator } from "@trunkline/testkit";
import pg from "pg";
import { compose, type Gateway } from "../src/compose.ts";
import { parseEnv } from "../src/env.ts";
import { decodeFrames } from "../src/meter/frame.ts";

export interface IssuedKey { readonly whole: string; readonly id: string; readonly keyId: string; readonly organizationId: string; readonly projectId: string }
export interface KeyWish { readonly kind?: KeyKind; readonly rpmLimit?: number; readonly expiresAt?: Date; readonly revokedAt?: Date; readonly suspended?: boolean; readonly budgetNanoUsd?: bigint }

const PEPPER = Buffer.alloc(32, 7);

/** The whole gateway in this process, on a real Postgres, in front of a real simulator. Every stack has organizations of its own. */
export class Stack {
  private constructor(readonly url: string, readonly simulator: Simulator, readonly pool: pg.Pool, readonly spoolDir: string, private readonly gateway: Gateway) {}

  static async start(extraEnv: Readonly<Record<string, string>> = {}): Promise<Stack> {
    const databaseUrl = process.env["DATABASE_URL"];
    if (!databaseUrl) throw new Error("DATABASE_URL is missing: these tests need a migrated PostgreSQL");
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
    await seed(pool);
    const simulator = await createSimulator({ port: 0 });
    const spoolDir = fs.mkdtempSync(path.join(os.tmpdir(), "trunkline-gateway-"));
    const env = parseEnv([...PROVIDERS.values()], {
      GATEWAY_PORT: "0", DATABASE_URL: databaseUrl, API_KEY_PEPPERS: `1:${PEPPER.toString("base64")}`, SPOOL_DIR: spoolDir, SIMULATOR_URL: simulator.url, LOG_LEVEL: "silent", GATEWAY_DRAIN_MS: "1000",
      OPENAI_API_KEY: "sk-test", OPENAI_BASE_URL: `${simulator.url}/openai/v1`, ANTHROPIC_API_KEY: "sk-test", ANTHROPIC_BASE_URL: `${simulator.url}/anthropic`, ...extraEnv,
    });
    const gateway = compose(env);
    const port = await gateway.listen();
    return new Stack(`http://127.0.0.1:${port}`, simulator, pool, env.spoolDir, gateway);
  }

  async stop(): Promise<void> {
    fs.rmSync(await this.stopKeepingSpool(), { recursive: true });
  }

  /** For a gateway that is started again on it (`SPOOL_DIR`). */
  async stopKeepingSpool(): Promise<string> {
    await this.gateway.close();
    await this.simulator.close();
    await this.pool.end();
    return this.spoolDir;
  }

  /** An organization with one project and one key. */
  async issueKey(wish: KeyWish = {}): Promise<IssuedKey> {
    const kind = wish.kind ?? "test";
    const [organizationId, projectId, id] = [newId("org"), newId("prj"), newId("key")];
    const key = generateKey(kind, (size: number) => randomBytes(size));
    await this.pool.query(`INSERT INTO organization (id, slug, name, "suspendedAt") VALUES ($1, $1, 'Test', $2)`, [organizationId, wish.suspended ? new Date() : null]);
    await this.pool.query(`INSERT INTO project (id, "organizationId", slug, name) VALUES ($1, $2, $1, 'Test')`, [projectId, organizationId]);
    await this.pool.query(
      `INSERT INTO api_key (id, "organizationId", "projectId", kind, name, "keyId", "lastFour", hash, "pepperVersion", "rpmLimit", "expiresAt", "revokedAt") VALUES ($1, $2, $3, $4::"ApiKeyKind", 'Test', $5, $6, $7, 1, $8, $9, $10)`,
      [id, organizationId, projectId, kind, key.keyId, key.lastFour, Buffer.from(hashKey(key.whole, PEPPER)), wish.rpmLimit ?? null, wish.expiresAt ?? null, wish.revokedAt ?? null],
    );
    if (wish.budgetNanoUsd !== undefined) {
      await this.pool.query(`INSERT INTO budget (id, "organizationId", scope, "scopeId", name, period, "limitNanoUsd") VALUES ($1, $2, 'key', $3, 'Test budget', 'monthly', $4)`, [newId("bud"), organizationId, id, wish.budgetNanoUsd]);
    }
    return { whole: key.whole, id, keyId: key.keyId, organizationId, projectId };
  }

  /** As another process does after a change. */
  async announce(topic: InvalidationTopic, id: string): Promise<void> {
    const kv = createKv({ databaseUrl: process.env["DATABASE_URL"] ?? "" });
    try { await kv.publish(topic, id); } finally { await kv.close(); }
  }

  post(resource: string, body: unknown, options: { readonly key?: IssuedKey; readonly headers?: Readonly<Record<string, string>>; readonly signal?: AbortSignal } = {}): Promise<Response> {
    return fetch(`${this.url}/v1${resource}`, {
      method: "POST", body: typeof body === "string" ? body : JSON.stringify(body), ...(options.signal ? { signal: options.signal } : {}),
      headers: { "content-type": "application/json", ...(options.key ? { authorization: `Bearer ${options.key.whole}` } : {}), ...options.headers },
    });
  }
  get(resource: string, key?: IssuedKey, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(`${this.url}${resource}`, { headers: { ...(key ? { "x-api-key": key.whole } : {}), ...headers } });
  }

  /** Usage events on the spool, in order. */
  events(key: IssuedKey): readonly UsageEvent[] {
    const files = fs.readdirSync(this.spoolDir).filter((file) => file.endsWith(".spool")).sort();
    return files.flatMap((file) => decodeFrames(fs.readFileSync(path.join(this.spoolDir, file))).records)
      .filter((record) => record.kind === "event").map((record) => (record.payload as { event: UsageEvent }).event).filter((event) => event.apiKeyId === key.id);
  }

  /** Asks again until `count` events of the key are there. */
  async eventsSoon(key: IssuedKey, count: number): Promise<readonly UsageEvent[]> {
    for (let tries = 0; tries < 200; tries++) {
      const events = this.events(key);
      if (events.length >= count) return events;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return this.events(key);
  }
}

export const chat = (fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({ model: "openai/gpt-5-mini", messages: [{ role: "user", content: "Say something short." }], ...fields });
export const message = (fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({ model: "anthropic/claude-haiku-4.5", max_tokens: 200, messages: [{ role: "user", content: "Say something short." }], ...fields });

/** The `data:` payloads of an event stream. */
export function dataOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line.startsWith("data: ")).map((line) => line.slice(6));
}

const newId = (prefix: "org" | "prj" | "key" | "bud"): string => createId(prefix, Date.now(), randomBytes(16));

/** Rows as a fresh installation has them; doing it again changes nothing. */
async function seed(pool: pg.Pool): Promise<void> {
  const json = (rows: readonly unknown[]): string => JSON.stringify(rows, (_name, value: unknown) => typeof value === "bigint" ? value.toString() : value);
  await pool.query(`INSERT INTO model (id, document) SELECT row->>'id', row FROM jsonb_array_elements($1::jsonb) row ON CONFLICT DO NOTHING`, [json(SEED.models)]);
  await pool.query(`INSERT INTO model_endpoint (provider, "modelId", "upstreamModel") SELECT row->>'provider', row->>'model', row->>'upstreamModel' FROM jsonb_array_elements($1::jsonb) row ON CONFLICT DO NOTHING`, [json(SEED.endpoints)]);
  const { rows } = await pool.query<{ count: string }>("SELECT count(*) FROM price_version");
  if (rows[0]?.count !== "0") return;
  await pool.query(
    `INSERT INTO price_version (id, provider, "modelId", "effectiveFrom", "effectiveTo", "inputNanoUsdPerMillion", "cacheReadNanoUsdPerMillion", "cacheWriteNanoUsdPerMillion", "outputNanoUsdPerMillion", steps, parts, hours, "tierPerMille", source)
     SELECT row->>'id', row->>'provider', row->>'model', to_timestamp((row->>'effectiveFromMs')::double precision / 1000), to_timestamp((row->>'effectiveToMs')::double precision / 1000), (row->>'inputNanoUsdPerMillion')::bigint,
       (row->>'cacheReadNanoUsdPerMillion')::bigint, (row->>'cacheWriteNanoUsdPerMillion')::bigint, (row->>'outputNanoUsdPerMillion')::bigint, row->'steps', row->'parts', row->'hours', row->'tierPerMille', row->>'source' FROM jsonb_array_elements($1::jsonb) row ON CONFLICT DO NOTHING`,
    [json(SEED.prices)],
  );
}
