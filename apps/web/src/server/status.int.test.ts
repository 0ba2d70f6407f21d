import { createWebDb } from "@trunkline/db/web";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { RECENT_MS, SAMPLES_MIN, statusView } from "../features/status/status-view.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: this suite needs a migrated PostgreSQL");
const db = createWebDb({ databaseUrl });
const sql = new pg.Pool({ connectionString: databaseUrl, max: 1 });
const NOW = Date.UTC(2031, 4, 6, 9, 25);

beforeAll(async () => {
  const put = (subject: string, at: string, ok: number, failed: number): Promise<unknown> => sql.query("INSERT INTO status_sample VALUES ($1, $2, $3, $4)", [subject, at, ok, failed]);
  await put("component:gateway", "2031-05-06T09:20:00Z", 10, 0);
  await put("component:gateway", "2031-05-05T23:50:00Z", 0, 10);
  await put("component:gateway", "2031-05-06T00:00:00Z", 2, 8);
  await put("provider:openai", "2031-05-06T09:20:00Z", 1, 2);
});
afterAll(async () => { await sql.query("DELETE FROM status_sample WHERE bucket > '2031-01-01'"); await sql.end(); await db.close(); });

it("reads days, the state now and incidents over midnight from the samples", async () => {
  const from = new Date(NOW - 89 * 86_400_000);
  const [days, recent, bad] = await Promise.all([db.status.days(from), db.status.since(new Date(NOW - RECENT_MS)), db.status.bad(from, SAMPLES_MIN)]);
  const view = statusView({ nowMs: NOW, days, recent, bad });
  const gateway = view.components.find(({ subject }) => subject === "component:gateway");
  expect(gateway?.state).toBe("up");
  expect(gateway?.days.slice(-2)).toEqual([{ day: "2031-05-05", uptime: 0 }, { day: "2031-05-06", uptime: 0.6 }]);
  expect(view.incidents).toEqual([{ subject: "component:gateway", label: "Gateway", from: "2031-05-05T23:50:00.000Z", to: "2031-05-06T00:10:00.000Z", failedShare: 0.9 }]);
  expect(view.providers.map(({ label }) => label)).toContain("openai");
});
