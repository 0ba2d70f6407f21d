import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { chat, Stack } from "../stack.ts";

interface OtlpValue { readonly stringValue?: string; readonly intValue?: number; readonly arrayValue?: { readonly values: readonly OtlpValue[] } }
interface OtlpSpan { readonly traceId: string; readonly spanId: string; readonly parentSpanId?: string; readonly name: string; readonly kind: number; readonly status: { readonly code?: number }; readonly attributes: readonly { readonly key: string; readonly value: OtlpValue }[] }
interface Received { readonly path: string; readonly authorization: string | undefined; readonly text: string }

const SERVER = 2;
const CLIENT = 3;
const ERROR = 2;
const received: Received[] = [];
let collector: Server;
beforeAll(async () => {
  collector = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => { text += chunk.toString("utf8"); });
    request.on("end", () => { received.push({ path: request.url ?? "", authorization: request.headers.authorization, text }); response.end("{}"); });
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
});
beforeEach(() => { received.length = 0; });
afterAll(() => new Promise((resolve) => collector.close(resolve)));

const endpoint = (): string => `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
/** All is exported when the gateway has closed. */
async function spansOf(calls: (stack: Stack) => Promise<void>, env: Readonly<Record<string, string>> = {}): Promise<readonly OtlpSpan[]> {
  const stack = await Stack.start({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint(), ...env });
  await calls(stack).finally(() => stack.stop());
  return received.flatMap(({ text }) => (JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] }).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)));
}
const told = ({ attributes }: OtlpSpan, name: string): string | number | undefined => { const value = attributes.find(({ key }) => key === name)?.value; return value?.stringValue ?? value?.intValue; };

describe("traces", () => {
  it("tell of a rescued request who failed, who served, what was used, within the caller's own trace", async () => {
    const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    const spans = await spansOf(async (stack) => {
      const headers = { traceparent: `00-${trace}-00f067aa0ba902b7-01`, "x-simulate": "openai:status=503" };
      await (await stack.post("/chat/completions", chat({ models: ["anthropic/claude-haiku-4.5"], messages: [{ role: "user", content: "a very private prompt" }], user: "someone@example.com" }), { key: await stack.issueKey(), headers })).text();
    }, { OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20collector" });
    const request = spans.find(({ kind }) => kind === SERVER);
    if (!request) throw new Error("there is no span of the request");
    const calls = spans.filter(({ kind }) => kind === CLIENT);
    expect([request.traceId, request.parentSpanId, request.name]).toEqual([trace, "00f067aa0ba902b7", "chat anthropic/claude-haiku-4.5"]);
    expect([told(request, "gen_ai.provider.name"), told(request, "gen_ai.request.model"), told(request, "trunkline.status"), told(request, "trunkline.attempts")]).toEqual(["anthropic", "openai/gpt-5-mini", "rescued", 2]);
    expect(told(request, "gen_ai.usage.output_tokens")).toBeGreaterThan(0);
    expect(calls.map((call) => [call.traceId, call.parentSpanId, told(call, "gen_ai.provider.name"), told(call, "error.type"), call.status.code === ERROR])).toEqual([[trace, request.spanId, "openai", "overloaded", true], [trace, request.spanId, "anthropic", undefined, false]]);
    expect([received[0]?.path, received[0]?.authorization]).toEqual(["/v1/traces", "Bearer collector"]);
    for (const { text } of received) expect(text).not.toMatch(/private prompt|someone@example/);
  });

  it("are kept as the caller decided, and else by the ratio", async () => {
    const spans = await spansOf(async (stack) => {
      const key = await stack.issueKey();
      for (const traceparent of ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", "00-5bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "nonsense"]) await (await stack.post("/chat/completions", chat(), { key, headers: { traceparent } })).text();
    }, { OTEL_TRACES_SAMPLER_ARG: "0" });
    expect([...new Set(spans.map(({ traceId }) => traceId))]).toEqual(["5bf92f3577b34da6a3ce929d0e0e4736"]);
  });

  it("hold up nobody while the collector is away", async () => {
    const stack = await Stack.start({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" });
    try { expect((await stack.post("/chat/completions", chat(), { key: await stack.issueKey() })).status).toBe(200); }
    finally { await stack.stop(); }
  });
});
