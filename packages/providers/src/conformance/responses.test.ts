import { packState } from "@trunkline/protocol";
import { describe, expect, it } from "vitest";
import { adapterFor } from "../registry.ts";
import { bodyOfBytes, callOf, extrasOf, relayAll, targetOf } from "./harness.ts";

const USE = { inbound: "responses", upstreamModel: "" } as const;
const call = (body: object) => callOf({ model: "gpt-5-mini", input: "x", ...body }, { inbound: "responses" });
const sent = (body: object) => {
  const request = adapterFor("openai", USE).prepare(call(body), targetOf("openai", "gpt-5-mini"));
  return { ...request, json: bodyOfBytes(request.body) };
};

describe("Responses both sides", () => {
  it("changes only the model, what is the gateway's own, and that nothing is stored under the shared credential", () => {
    const { url, json, losses } = sent({ routing: { explain: true }, tools: [{ type: "web_search" }], unknown: { kept: 1 }, store: true });
    expect(url).toBe("http://upstream.test/v1/responses");
    expect(json).toEqual({ model: "gpt-5-mini", input: "x", tools: [{ type: "web_search" }], unknown: { kept: 1 }, store: false, include: ["reasoning.encrypted_content"] });
    expect(losses).toEqual(["dropped:store"]);
  });

  it("never sends OpenAI the state of another family's model", () => {
    const own = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAAAA" };
    const { json } = sent({ store: false, input: [{ role: "user", content: "x" }, own, { type: "reasoning", id: "rs_2", summary: [], encrypted_content: packState({ details: [], calls: {} }) }] });
    expect(json["input"]).toEqual([{ role: "user", content: "x" }, own]);
  });

  it("is committed by content and not by the events before it, so that another provider can still answer", () => {
    const relay = adapterFor("openai", USE).relayStream(call({ stream: true }), targetOf("openai", "m"), extrasOf("openai"));
    relay.push(Buffer.from('event: response.created\ndata: {"type":"response.created","sequence_number":0,"response":{}}\n\nevent: response.output_item.added\ndata: {"type":"response.output_item.added","item":{"type":"message"}}\n\n'));
    expect(relay.committed).toBe(false);
    relay.push(Buffer.from('event: error\ndata: {"type":"error","error":{"type":"server_error","code":"server_is_overloaded","message":"busy"}}\n\n'));
    expect(relay.failure?.class).toBe("overloaded");
  });

  it("counts on behind a stream that broke, for the error event's number", () => {
    const relay = adapterFor("openai", USE).relayStream(call({ stream: true }), targetOf("openai", "m"), extrasOf("openai"));
    const delta = (sequence: number) => Buffer.from(`event: response.output_text.delta\ndata: {"type":"response.output_text.delta","sequence_number":${sequence},"delta":"a"}\n\n`);
    const { observation } = relayAll(relay, [delta(4), delta(5), delta(6)], "upstream_lost");
    expect(observation).toMatchObject({ complete: false, sequence: 7, contentBytes: 3 });
  });

  it("serves models that OpenAI has on this wire alone to callers of every API", () => {
    const request = adapterFor("openai", { inbound: "messages", upstreamModel: "o3-pro" }).prepare(callOf({ model: "m", max_tokens: 50, messages: [{ role: "user", content: "x" }] }, { inbound: "messages" }), targetOf("openai", "o3-pro"));
    expect(bodyOfBytes(request.body)).toEqual({ model: "o3-pro", input: [{ role: "user", content: "x" }], store: false, stream: false, max_output_tokens: 50, include: ["reasoning.encrypted_content"] });
  });
});
