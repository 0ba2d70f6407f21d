import { runMigrations } from "bullmq";
import pg from "pg";
import { POSTGRES_SCHEMA } from "./stores.ts";

/** Makes or updates the queue's own schema. Idempotent and safe from several processes at once. Only needed without Redis. Returns its version. */
export async function migrateQueue(databaseUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    // BullMQ describes the part of a client that it uses in types of its own, which pg's overloads do not meet.
    return await runMigrations(client as unknown as Parameters<typeof runMigrations>[0], POSTGRES_SCHEMA);
  } finally {
    await client.end();
  }
}
