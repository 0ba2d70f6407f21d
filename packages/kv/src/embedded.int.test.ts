import pg from "pg";
import { describe, expect, it, vi } from "vitest";
import { DependencyUnavailable } from "./dependency-unavailable.ts";
import { createEmbeddedKv } from "./embedded-kv.ts";
import { counterContract, invalidationContract } from "./kv.contract.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (!databaseUrl) throw new Error("DATABASE_URL is not set: these tests need a real Postgres");

describe("embedded kv", () => {
  counterContract((clock) => createEmbeddedKv({ databaseUrl, clock }));
  invalidationContract(() => createEmbeddedKv({ databaseUrl }));

  it("reports a gap after the listening connection was cut, and hears again", async () => {
    const kv = createEmbeddedKv({ databaseUrl });
    const admin = new pg.Client({ connectionString: databaseUrl });
    await admin.connect();
    try {
      const heard: string[] = [];
      const gap = vi.fn();
      await kv.subscribe((_topic, id) => heard.push(id), gap);
      await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'trunkline-kv-listen'");
      await vi.waitFor(() => expect(gap).toHaveBeenCalledTimes(1), 5_000);
      await kv.publish("preset", "org_after_gap");
      await vi.waitFor(() => expect(heard).toContain("org_after_gap"), 5_000);
    } finally {
      await Promise.all([kv.close(), admin.end()]);
    }
  });

  it("says that Postgres is away, by name", async () => {
    const kv = createEmbeddedKv({ databaseUrl: "postgresql://nobody@127.0.0.1:1/none" });
    await expect(kv.publish("catalog", "")).rejects.toBeInstanceOf(DependencyUnavailable);
    await expect(kv.subscribe(() => {}, () => {})).rejects.toMatchObject({ name: "DependencyUnavailable", dependency: "postgres" });
    await kv.close();
  });
});
