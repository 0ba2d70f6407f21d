import { expect, it } from "vitest";
import { measureClockSkewMs } from "./clock-skew.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: this test asks a real PostgreSQL");

it("tells how far a clock is ahead of the database's, or behind", async () => {
  const skewOf = (offsetMs: number) => measureClockSkewMs(databaseUrl, () => Date.now() + offsetMs);
  for (const offsetMs of [0, 180_000, -180_000]) expect(Math.abs(await skewOf(offsetMs) - offsetMs)).toBeLessThan(2_000);
});
