import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { createWorkerDb } from "./worker-db.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: this suite needs a migrated PostgreSQL");
const sql = new pg.Pool({ connectionString: databaseUrl, max: 1 });
afterAll(() => sql.end());

describe("a connection that Postgres ends", () => {
  it("does not end the process while work holds it, and the next work gets another", async () => {
    const worker = createWorkerDb({ databaseUrl, ledgerEntriesFor: () => [] });
    const subject = { organizationId: `org_${randomUUID()}`, meter: "spend", measure: "requests" as const };
    const faults: Error[] = [];
    const note = (error: Error) => { faults.push(error); };
    process.on("uncaughtException", note);
    try {
      const held = worker.withExportLock(subject, async () => {
        await sql.query("SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND ((classid::bigint << 32) | objid::bigint) = hashtextextended($1, 0)", [`meter-export:${subject.meter}:${subject.organizationId}`]);
        // The end of the connection reaches this process as an event of its own.
        await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      });
      await held.catch(() => {});
      await worker.ping();
      expect(faults).toEqual([]);
    } finally {
      process.off("uncaughtException", note);
      await worker.close();
    }
  });
});
