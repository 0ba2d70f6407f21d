/** What the tests of the management API share: a migrated store, and a document that every answer is held against. */
import { createWebDb } from "@trunkline/db/web";
import pg from "pg";
import "./answers/checked-answers.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: these tests need a migrated PostgreSQL");
export const db = createWebDb({ databaseUrl });
export const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
export const peppers = new Map([[1, new Uint8Array(32).fill(7)]]);
/** Of this run and process: names made of it are nobody else's. */
export const run = `${Date.now()}${process.pid}`;

export async function closeStore(): Promise<void> {
  await db.close();
  await sql.end();
}
