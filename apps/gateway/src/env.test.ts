import { PROVIDERS } from "@trunkline/providers";
import { describe, expect, it } from "vitest";
import { parseEnv } from "./env.ts";

const profiles = [...PROVIDERS.values()];
const good = { DATABASE_URL: "postgresql://a:b@127.0.0.1/c", API_KEY_PEPPERS: `1:${Buffer.alloc(32).toString("base64")}`, SPOOL_DIR: "/tmp/spool" };

describe("the environment", () => {
  it("names every missing variable in one line", () => {
    expect(() => parseEnv(profiles, {})).toThrow(/^environment: DATABASE_URL: is missing; API_KEY_PEPPERS: is missing; SPOOL_DIR: is missing$/);
  });
  it.each([["DATABASE_URL", "mysql://x"], ["GATEWAY_PORT", "70000"], ["API_KEY_PEPPERS", "1:short"], ["OPENAI_BASE_URL", "ftp://x"], ["REDIS_URL", "nonsense"], ["GATEWAY_LANE", "fast"], ["OTEL_EXPORTER_OTLP_HEADERS", "Bearer x"], ["OTEL_EXPORTER_OTLP_HEADERS", "a=%zz"], ["OTEL_TRACES_SAMPLER_ARG", "2"]])("names %s when it is malformed", (name, value) => {
    expect(() => parseEnv(profiles, { ...good, [name]: value })).toThrow(name);
  });
  it("sends traces where the standard's variables say, and nowhere without one", () => {
    const tracing = (env: Record<string, string>) => parseEnv(profiles, { ...good, ...env }).tracing;
    expect([tracing({}), tracing({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel:4318/" })?.url, tracing({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://otel/x" })?.url]).toEqual([null, "http://otel:4318/v1/traces", "https://otel/x"]);
    expect(tracing({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel", OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20x, a=b=c" })?.headers).toEqual({ authorization: "Bearer x", a: "b=c" });
  });
  it("echoes no secret", () => {
    expect(() => parseEnv(profiles, { ...good, API_KEY_PEPPERS: "1:c2VjcmV0" })).toThrow(expect.not.stringContaining("c2VjcmV0") as string);
  });
  it("has a provider's key only where one is set, and listens on loopback by default", () => {
    const env = parseEnv(profiles, { ...good, OPENAI_API_KEY: "sk" });
    expect([env.host, env.port, env.credentials.get("openai")?.apiKey, env.credentials.get("anthropic")?.apiKey]).toEqual(["127.0.0.1", 8787, "sk", null]);
  });
});
