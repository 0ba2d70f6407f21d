import { describe, expect, it } from "vitest";
import { readEnv } from "./env.ts";

const good = { DATABASE_URL: "postgresql://u:p@127.0.0.1:5432/d" };

describe("readEnv", () => {
  it("needs nothing but the database", () => {
    expect(readEnv({ ...good, REDIS_URL: "" })).toMatchObject({ databaseUrl: good.DATABASE_URL, redisUrl: undefined, stripe: undefined, port: 9465, billingWindowMs: 3_600_000 });
  });

  it.each([
    [{ DATABASE_URL: "" }, "DATABASE_URL is missing"],
    [{ DATABASE_URL: "mysql://secret@h/d" }, "DATABASE_URL must be a URL"],
    [{ REDIS_URL: "127.0.0.1:6379" }, "REDIS_URL must be a URL"],
    [{ STRIPE_SECRET_KEY: "whsec_oops" }, "STRIPE_SECRET_KEY must be"],
    [{ STRIPE_API_BASE: "nowhere" }, "STRIPE_API_BASE must be"],
    [{ WORKER_PORT: "70000" }, "WORKER_PORT must lie"],
    [{ WORKER_PORT: "12a" }, "WORKER_PORT must be a whole number"],
    [{ PROBES: "yes" }, "PROBES must be on or off"],
    [{ PROBE_DAILY_USD: "a lot" }, "PROBE_DAILY_USD must be an amount"],
    [{ OPENAI_BASE_URL: "secret:nowhere" }, "OPENAI_BASE_URL must be a URL"],
    [{ BILLING_WINDOW_MS: "7000001" }, "BILLING_WINDOW_MS must divide"],
  ])("names the variable of %j in one line that shows no value", (change, message) => {
    let text = "";
    try { readEnv({ ...good, ...change }); } catch (error) { text = (error as Error).message; }
    expect(text).toContain(message);
    expect(text).not.toMatch(/\n|secret@|oops/);
  });
});
