import pg from "pg";
import { createWebDb, type Actor } from "@trunkline/db/web";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportName, exportRequests, EXPORT_ROWS_MAX, type ExportFormat } from "./request-export.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: these tests need a migrated PostgreSQL");
const db = createWebDb({ databaseUrl });
const sql = new pg.Pool({ connectionString: databaseUrl, max: 1 });
const run = `${Date.now()}${process.pid}`;
/** More than one page is read for. */
const ROWS = 1_203;
let actor: Actor;
let projectId: string;

beforeAll(async () => {
  const owner = await db.accounts.createUser({ email: `export-${run}@example.test`, name: `export ${run}`, passwordHash: "x" });
  const ids = await db.accounts.ensureOrganization(owner);
  projectId = ids.projectId;
  actor = { organizationId: ids.organizationId, role: "viewer", userId: owner.id, label: "test" };
  await sql.query(`INSERT INTO generation (id, mode, "organizationId", "projectId", "apiKeyId", "createdAt", "inboundApi", streaming, "requestedModel", status, "httpStatus", "errorMessage",
    provider, model, "durationMs", "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "usageBasis", "chargeNanoUsd", "costNanoUsd", attempts, losses, metadata)
    SELECT 'req_' || $3 || lpad(n::text, 5, '0'), 'live', $1, $2, 'key_gone', '2026-03-08T05:00:00Z'::timestamptz + n / 7 * interval '1 second', 'chat_completions', false, 'auto', CASE WHEN n % 3 = 0 THEN 'failed' ELSE 'ok' END, 200,
    CASE WHEN n % 3 = 0 THEN '=HYPERLINK("x"), said it' END, 'p', 'm', 5, 10, 0, 0, 5, 0, 'reported', 12, 12, '[]', '[]', '{}' FROM generate_series(1, $4::int) n`, [ids.organizationId, projectId, run, ROWS]);
});
afterAll(async () => { await Promise.all([db.close(), sql.end()]); });

async function fileOf(format: ExportFormat, more: { status?: string; rowsMax?: number } = {}): Promise<string> {
  const texts: string[] = [];
  const { rowsMax, status } = more;
  for await (const text of exportRequests(db, { actor, filter: { projectId, mode: "live", status }, format, ...(rowsMax === undefined ? {} : { rowsMax }) })) texts.push(text);
  return texts.join("");
}
const idsOf = (json: string): string[] => (JSON.parse(json) as { id: string }[]).map((row) => row.id);

describe("the log as a file", () => {
  it("holds every request of the filter once, newest first, whatever the pages it was read in", async () => {
    const all = idsOf(await fileOf("json"));
    expect(all).toEqual([...new Set(all)].sort().reverse());
    expect(all).toHaveLength(ROWS);
    expect(idsOf(await fileOf("json", { status: "failed" }))).toHaveLength(ROWS / 3);
    expect(idsOf(await fileOf("json", { status: "cancelled" }))).toEqual([]);
  });

  it("says the same as CSV, and hands a spreadsheet no formula", async () => {
    const lines = (await fileOf("csv", { status: "failed" })).trimEnd().split("\r\n");
    expect(lines[0]).toMatch(/^id,createdAt,status,/);
    expect(lines.slice(1).map((line) => line.split(",")[0])).toEqual(idsOf(await fileOf("json", { status: "failed" })));
    expect(lines[1]).toContain(`"'=HYPERLINK(""x""), said it"`);
  });

  it("ends at its bound with the newest, and its name says so", async () => {
    expect(idsOf(await fileOf("json", { rowsMax: 701 }))).toEqual(idsOf(await fileOf("json")).slice(0, 701));
    expect(await db.requests.countUpTo(actor, { projectId, mode: "live" }, 700)).toBe(700);
    expect(exportName("default", "csv", EXPORT_ROWS_MAX)).toBe("requests-default.csv");
    expect(exportName("default", "csv", EXPORT_ROWS_MAX + 1)).toBe("requests-default-newest-100000.csv");
  });

  it("holds nothing for another organization", async () => {
    const stranger = await db.accounts.createUser({ email: `stranger-${run}@example.test`, name: null, passwordHash: "x" });
    const { organizationId } = await db.accounts.ensureOrganization(stranger);
    const texts: string[] = [];
    for await (const text of exportRequests(db, { actor: { ...actor, organizationId }, filter: { projectId, mode: "live" }, format: "json" })) texts.push(text);
    expect(texts.join("")).toBe("[]\n");
  });
});
