// Prisma's schema engine as WebAssembly on the pg adapter: migrations without a downloaded binary, with Prisma's own bookkeeping.
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from "@prisma/driver-adapter-utils";

const require = createRequire(import.meta.url);
const root = path.join(import.meta.dirname, "../..");
const schemaDir = path.join(root, "prisma/schema");
export const migrationsDir = path.join(root, "prisma/migrations");
export const filters = { externalTables: [], externalEnums: [] };

// Catalog types that adapter-pg does not know, and the known type each reads like: "char" → bpchar, char[] → bpchar[].
const CHAR_OID = 18;
const CATALOG_TYPES = new Map([[CHAR_OID, 1042], [1002, 1014]]);

export const schema = () => ({
  files: fs.readdirSync(schemaDir).filter((f) => f.endsWith(".prisma")).sort().map((f) => ({ path: path.join(schemaDir, f), content: fs.readFileSync(path.join(schemaDir, f), "utf8") })),
});

export function migrationsList() {
  fs.mkdirSync(migrationsDir, { recursive: true });
  const lock = path.join(migrationsDir, "migration_lock.toml");
  const names = fs.readdirSync(migrationsDir, { withFileTypes: true }).filter((d) => d.isDirectory()).map((d) => d.name).sort();
  return {
    baseDir: migrationsDir,
    lockfile: { path: "migration_lock.toml", content: fs.existsSync(lock) ? fs.readFileSync(lock, "utf8") : null },
    shadowDbInitScript: "",
    migrationDirectories: names.map((name) => ({
      path: name,
      migrationFile: { path: "migration.sql", content: { tag: "ok", value: fs.readFileSync(path.join(migrationsDir, name, "migration.sql"), "utf8") } },
    })),
  };
}

function adapterFactory(url) {
  const factory = new PrismaPg({ connectionString: url });
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    const performIO = adapter.performIO.bind(adapter);
    let charColumns = [];
    adapter.performIO = async (query) => {
      const result = await performIO(query);
      charColumns = (result.fields ?? []).flatMap((field, index) => (field.dataTypeID === CHAR_OID ? [index] : []));
      return { ...result, rows: result.rows, fields: result.fields?.map((f) => ({ ...f, name: f.name, dataTypeID: CATALOG_TYPES.get(f.dataTypeID) ?? f.dataTypeID })) };
    };
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const result = await queryRaw(query);
      const own = charColumns;
      return { ...result, columnTypes: result.columnTypes.map((type, index) => (own.includes(index) ? ColumnTypeEnum.Character : type)) };
    };
    return adapter;
  };
  return bindMigrationAwareSqlAdapterFactory(factory);
}

export async function engine(url) {
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => console.error(message) };
  const dir = path.dirname(require.resolve("@prisma/schema-engine-wasm/schema_engine_bg"));
  const bg = await import("@prisma/schema-engine-wasm/schema_engine_bg");
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(path.join(dir, "schema_engine_bg.wasm")), { "./schema_engine_bg.js": bg });
  bg.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  const adapter = adapterFactory(url);
  const created = await bg.SchemaEngine.new({ datamodels: schema().files.map((f) => [f.path, f.content]) }, () => {}, adapter);
  const wrap = (method) => async (input) => {
    try {
      return await method.call(created, input);
    } catch (error) {
      throw adapter.errorRegistry?.consumeError?.(error?.code ?? error?.id)?.error ?? error;
    }
  };
  return new Proxy(created, { get: (target, key) => (typeof target[key] === "function" ? wrap(target[key]) : target[key]) });
}
