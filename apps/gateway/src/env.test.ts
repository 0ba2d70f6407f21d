import { PROVIDERS } from "@trunkline/providers";
import { describe, expect, it } from "vitest";
import { parseEnv } from "./env.ts";

const profiles = [...PROVIDERS.values()];
const good = { DATABASE_URL: "postgresql://a:b@127.0.0.1/c", API_KEY_PEPPERS: `1:${Buffer.alloc(32).toString("base64")}`, SPOOL_DIR: "/tmp/spool" };

describe("the environment", () => {
  it("names every missing variable in one line", () => {
    expect(() => parseEnv(profiles, {})).toThrow(/^environment: DATABASE_URL: is missing; API_KEY_PEPPERS: is missing; SPOOL_DIR: is missing$/);
  });
  it.each([["DATABASE_URL", "mysql://x"], ["GATEWAY_PORT", "70000"], ["API_KEY_PEPPERS", "1:short"], ["OPENAI_BASE_URL", "ftp://x"], ["REDIS_URL", "nonsense"], ["GATEWAY_LANE", "fast"]])("names %s when it is malformed", (name, value) => {
    expect(() => parseEnv(profiles, { ...good, [name]: value })).toThrow(name);
  });
  it("echoes no secret", () => {
    expect(() => parseEnv(profiles, { ...good, API_KEY_PEPPERS: "1:c2VjcmV0" })).toThrow(expect.not.stringContaining("c2VjcmV0") as string);
  });
  it("has a provider's key only where one is set, and listens on loopback by default", () => {
    const env = parseEnv(profiles, { ...good, OPENAI_API_KEY: "sk" });
    expect([env.host, env.port, env.credentials.get("openai")?.apiKey, env.credentials.get("anthropic")?.apiKey]).toEqual(["127.0.0.1", 8787, "sk", null]);
  });
});
