/**
 * The one writer of the catalogue. Decides how changes reach Postgres: all in one transaction, under a lock that lets one writer at a time see
 * what the one before wrote. It promises that a price that was ever in force is never edited: it is closed, and its successor is a new
 * row. What the changes are is the caller's decision, made from what stands in the database at that moment.
 */
import type { CatalogEndpoint, CatalogModel, CatalogSnapshot, PresetDocument, PriceVersion } from "@trunkline/contracts";
import pg from "pg";
import { catalogSnapshot, LOAD_CATALOG } from "./gateway/catalog.ts";

/** What to write. A pair's versions close the price that is open when the first of them begins. */
export interface CatalogWrites {
  readonly models: readonly CatalogModel[];
  readonly endpoints: readonly CatalogEndpoint[];
  readonly prices: readonly { readonly provider: string; readonly model: string; readonly versions: readonly PriceVersion[] }[];
}
export interface CatalogState {
  readonly catalog: CatalogSnapshot;
  /** Published presets of every organization, `organization/slug`. */
  readonly presets: readonly (readonly [preset: string, document: PresetDocument])[];
}
export interface ChangeCatalogOptions<Decision> {
  readonly databaseUrl: string;
  readonly nowMs: number;
  /** Called once, inside the transaction; `writes: null` leaves everything as it is. */
  readonly decide: (state: CatalogState) => { readonly writes: CatalogWrites | null; readonly decision: Decision };
}

/** Two writers at once would both open a version. */
const LOCK = 7_203_001;
const CONNECT_TIMEOUT_MS = 5_000;
/** A whole catalogue is a few statements, but the lock may have to be waited for. */
const STATEMENT_TIMEOUT_MS = 120_000;

export async function changeCatalog<Decision>({ databaseUrl, nowMs, decide }: ChangeCatalogOptions<Decision>): Promise<Decision> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, statement_timeout: STATEMENT_TIMEOUT_MS, application_name: "trunkline-catalog" });
  // A connection that breaks is reported by the statement that is under way.
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock($1::bigint)", [LOCK]);
    const { writes, decision } = decide(await load(client));
    if (writes !== null) await write(client, writes, nowMs);
    await client.query("COMMIT");
    return decision;
  } finally {
    // Ends the transaction too, where it has failed.
    await client.end();
  }
}

async function load(client: pg.Client): Promise<CatalogState> {
  const { rows: [row] } = await client.query<Parameters<typeof catalogSnapshot>[0] & pg.QueryResultRow>(LOAD_CATALOG.text);
  const { rows: presets } = await client.query<{ preset: string; document: PresetDocument }>(`
SELECT o.slug || '/' || p.slug AS preset, v.document FROM preset p
JOIN preset_version v ON v."presetId" = p.id AND v.version = p."publishedVersion" JOIN organization o ON o.id = p."organizationId" ORDER BY 1`);
  return { catalog: catalogSnapshot(row ?? { models: [], endpoints: [], prices: [] }), presets: presets.map(({ preset, document }) => [preset, document]) };
}

const json = (rows: readonly unknown[]): string => JSON.stringify(rows, (_name, value: unknown) => (typeof value === "bigint" ? value.toString() : value));

async function write(client: pg.Client, { models, endpoints, prices }: CatalogWrites, nowMs: number): Promise<void> {
  await client.query(`INSERT INTO model (id, document) SELECT row->>'id', row FROM jsonb_array_elements($1::jsonb) row ON CONFLICT (id) DO UPDATE SET document = excluded.document`, [json(models)]);
  await client.query(`INSERT INTO model_endpoint (provider, "modelId", "upstreamModel") SELECT row->>'provider', row->>'model', row->>'upstreamModel' FROM jsonb_array_elements($1::jsonb) row
ON CONFLICT (provider, "modelId") DO UPDATE SET "upstreamModel" = excluded."upstreamModel"`, [json(endpoints)]);
  const pairs = json(prices.map(({ provider, model, versions }) => ({ provider, model, fromMs: versions.length > 0 ? Math.min(...versions.map(({ effectiveFromMs }) => effectiveFromMs)) : null })));
  // Announced and never in force: nobody was charged by it.
  await client.query(`DELETE FROM price_version p USING jsonb_array_elements($1::jsonb) row WHERE p.provider = row->>'provider' AND p."modelId" = row->>'model' AND p."effectiveFrom" > to_timestamp($2::double precision / 1000)`, [pairs, nowMs]);
  await client.query(`
UPDATE price_version p SET "effectiveTo" = to_timestamp((row->>'fromMs')::double precision / 1000) FROM jsonb_array_elements($1::jsonb) row
WHERE p.provider = row->>'provider' AND p."modelId" = row->>'model' AND p."effectiveFrom" <= to_timestamp($2::double precision / 1000) AND (p."effectiveTo" IS NULL OR p."effectiveTo" > to_timestamp($2::double precision / 1000))`, [pairs, nowMs]);
  await client.query(`
INSERT INTO price_version (id, provider, "modelId", "effectiveFrom", "effectiveTo", "inputNanoUsdPerMillion", "cacheReadNanoUsdPerMillion", "cacheWriteNanoUsdPerMillion", "outputNanoUsdPerMillion", steps, parts, hours, "tierPerMille", source)
SELECT row->>'id', row->>'provider', row->>'model', to_timestamp((row->>'effectiveFromMs')::double precision / 1000), to_timestamp((row->>'effectiveToMs')::double precision / 1000),
  (row->>'inputNanoUsdPerMillion')::bigint, (row->>'cacheReadNanoUsdPerMillion')::bigint, (row->>'cacheWriteNanoUsdPerMillion')::bigint, (row->>'outputNanoUsdPerMillion')::bigint, row->'steps', row->'parts', row->'hours', row->'tierPerMille', row->>'source'
FROM jsonb_array_elements($1::jsonb) row`, [json(prices.flatMap(({ versions }) => versions))]);
}
