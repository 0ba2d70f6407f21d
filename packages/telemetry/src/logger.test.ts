import { describe, expect, it } from "vitest";
import { createLogger, maskText } from "./logger.ts";
import type { LogFields } from "./logger.ts";

function capture(act: (logger: ReturnType<typeof createLogger>) => void): { text: string; lines: Record<string, unknown>[] } {
  const written: string[] = [];
  act(createLogger("gateway", "info", { write: (line: string) => { written.push(line); } }));
  return { text: written.join(""), lines: written.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe("the logger", () => {
  it("writes listed fields, the level by name and the time", () => {
    const { lines } = capture((logger) => logger.child({ requestId: "req_1" }).warn({ status: 502, provider: "openai" }, "attempt failed"));
    expect(lines[0]).toMatchObject({ level: "warn", name: "gateway", requestId: "req_1", status: 502, provider: "openai", msg: "attempt failed" });
    expect(lines[0]?.["time"]).toMatch(/^\d{4}-\d\d-\d\dT/);
  });
  it("drops every field that is not on the list, and objects under a listed name", () => {
    const careless = { requestId: { body: "my secret prompt" }, messages: [{ content: "my secret prompt" }], headers: { authorization: "Bearer abcdefghijkl" } };
    expect(capture((logger) => logger.info(careless as unknown as LogFields, "hello")).text).not.toMatch(/prompt|authorization|abcdef/);
  });
  it("keeps an error's sentence and leaves its other properties out", () => {
    const error = Object.assign(new Error("connect failed"), { code: "ECONNREFUSED", request: { prompt: "private" } });
    const { lines, text } = capture((logger) => logger.error({ err: error }, "dependency away"));
    expect(lines[0]?.["err"]).toMatchObject({ type: "Error", message: "connect failed", code: "ECONNREFUSED" });
    expect(text).not.toContain("private");
  });
  it("is silent below its level", () => { expect(capture((logger) => logger.debug({}, "noise")).text).toBe(""); });
  it.each(["sk-proj-abcdefghijklmnopqrstuvwx", "sk-ant-api03-abcdefghijklmnop", "gsk_abcdefghijklmnopqrst", "AIzaSyA1234567890abcdefghij", "tl_live_0123456789_abcdefghijklmnopqrstuvwxyz012345abcdef", "Bearer abc.def"])("masks %s anywhere in text", (secret) => {
    expect(maskText(`before ${secret} after`)).toBe("before [masked] after");
  });
  it("masks a password in a connection string and cuts long text", () => {
    expect(maskText("postgres://app:hunter2@db:5432/x")).toBe("postgres://app:[masked]@db:5432/x");
    expect(maskText("x".repeat(100_000)).length).toBeLessThan(2_100);
  });
});
