// deploy | create NAME | diff | status: Prisma's migrate commands without a downloaded engine.
import { createHash, randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { engine, filters, migrationsDir, migrationsList, schema } from "./schema-engine.mjs";

/** Prisma's own advisory lock: a stock `prisma migrate deploy` and this runner exclude each other. */
const PRISMA_LOCK = 72707369;

const BOOKKEEPING = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL,
  logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

/**
 * Applies what is missing, each migration with its bookkeeping row in one transaction. Not through the WebAssembly engine:
 * its adapter cuts scripts at every semicolon, inside function bodies too. Returns the names applied.
 */
export async function deploy(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const applied = [];
  try {
    await client.query("SELECT pg_advisory_lock($1)", [PRISMA_LOCK]);
    await client.query(BOOKKEEPING);
    const { rows } = await client.query("SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL");
    const known = new Map(rows.map((row) => [row.migration_name, row.checksum]));
    for (const { path: name, migrationFile } of migrationsList().migrationDirectories) {
      const sql = migrationFile.content.value;
      const checksum = createHash("sha256").update(sql).digest("hex");
      if (known.has(name)) {
        if (known.get(name) !== checksum) throw new Error(`migration ${name} was changed after it had been applied; restore its file and add a new migration`);
        continue;
      }
      await applyOne(client, { name, sql, checksum });
      applied.push(name);
    }
  } finally {
    await client.end();
  }
  return applied;
}

async function applyOne(client, { name, sql, checksum }) {
  await client.query("BEGIN");
  try {
    await client.query(sql);
    await client.query("INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), now(), 1)", [randomUUID(), checksum, name]);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw new Error(`migration ${name} failed: ${error.message}`, { cause: error });
  }
}

/** SQL from the state after prisma/migrations to prisma/schema; a scratch database stands in for the shadow one. */
async function diffFromMigrations(url) {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const shadow = `shadow_${randomUUID().replaceAll("-", "")}`;
  await admin.query(`CREATE DATABASE "${shadow}"`);
  const shadowUrl = new URL(url);
  shadowUrl.pathname = `/${shadow}`;
  try {
    await deploy(shadowUrl.href);
    const scratch = await engine(shadowUrl.href);
    return await scratch.diff({
      from: { tag: "schemaDatasource", ...schema(), configDir: path.dirname(migrationsDir) },
      to: { tag: "schemaDatamodel", ...schema() },
      script: true, exitCode: true, filters, shadowDatabaseUrl: null,
    });
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS "${shadow}" WITH (FORCE)`);
    await admin.end();
  }
}

async function create(url, name) {
  const result = await diffFromMigrations(url);
  if (result.exitCode === 0) return console.log("no change");
  const dir = path.join(migrationsDir, `${new Date().toISOString().replace(/\D/g, "").slice(0, 14)}_${name}`);
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(path.join(dir, "migration.sql"), result.stdout);
  fs.writeFileSync(path.join(migrationsDir, "migration_lock.toml"), '# Prisma reads this file; keep it under version control.\nprovider = "postgresql"\n');
  console.log("wrote", path.relative(process.cwd(), dir));
}

async function main([command = "deploy", name = "migration"]) {
  const url = process.env.DATABASE_URL;
  if (!url) throw new Error("DATABASE_URL is not set");
  if (command === "deploy") {
    const applied = await deploy(url);
    console.log("applied:", applied.length ? applied.join(", ") : "nothing to do");
  } else if (command === "create") await create(url, name);
  else if (command === "diff") {
    const result = await diffFromMigrations(url);
    process.stdout.write(result.stdout ?? "");
    process.exitCode = result.exitCode;
  } else if (command === "status") {
    const status = await (await engine(url)).diagnoseMigrationHistory({ migrationsList: migrationsList(), optInToShadowDatabase: false, filters });
    console.log(JSON.stringify(status, null, 1));
  } else throw new Error(`unknown command "${command}": deploy, create NAME, diff or status`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2));
  process.exit(process.exitCode ?? 0);
}
