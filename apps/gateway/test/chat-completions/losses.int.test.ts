import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chat, Stack } from "../stack.ts";

let stack: Stack;
beforeAll(async () => { stack = await Stack.start(); });
afterAll(() => stack.stop());

const CLAUDE = "anthropic/claude-haiku-4.5";
const GPT = "openai/gpt-5-mini";
const SEARCH = [{ type: "web_search" }, { type: "function", function: { name: "f", parameters: { type: "object", properties: {} } } }];
interface Explained { readonly candidates: readonly { readonly model: string }[]; readonly rejected: readonly { readonly model: string; readonly filter: string; readonly reason: string }[] }
const explain = async (body: Record<string, unknown>): Promise<Explained> => await (await stack.post("/route/explain", chat(body), { key: await stack.issueKey() })).json() as Explained;
const ask = async (body: Record<string, unknown>): Promise<Response> => stack.post("/chat/completions", chat(body), { key: await stack.issueKey() });

describe("what a candidate would lose", () => {
  it("names lost parameters in x-trunkline-losses, and not for a caller who allows them", async () => {
    expect((await ask({ model: CLAUDE, seed: 5 })).headers.get("x-trunkline-losses")).toBe("dropped:seed");
    expect((await ask({ model: CLAUDE, seed: 5, routing: { losses: "allow" } })).headers.get("x-trunkline-losses")).toBeNull();
  });

  it("rules the candidate out before the attempt where tools would be lost, and the explanation says so", async () => {
    const { candidates, rejected } = await explain({ model: CLAUDE, models: [GPT], tools: SEARCH });
    expect(new Set(candidates.map(({ model }) => model))).toEqual(new Set([GPT]));
    expect(rejected.find(({ model }) => model === CLAUDE)).toMatchObject({ filter: "losses", reason: expect.stringContaining("dropped:tools.web_search") });
    const answer = await ask({ model: CLAUDE, models: [GPT], tools: SEARCH });
    expect([answer.status, answer.headers.get("x-trunkline-provider"), answer.headers.get("x-trunkline-attempts")]).toEqual([200, "openai", "1"]);
  });

  it("serves a request whose unknown tool nobody carries, and reports the tool", async () => {
    const answer = await ask({ model: CLAUDE, tools: SEARCH });
    expect([answer.status, answer.headers.get("x-trunkline-losses")]).toEqual([200, "dropped:tools.web_search"]);
  });

  it("asks only who keeps every parameter under strict and under provider.require_parameters", async () => {
    for (const policy of [{ routing: { losses: "strict" } }, { provider: { require_parameters: true } }]) {
      const answer = await ask({ model: CLAUDE, models: [GPT], seed: 5, ...policy });
      expect([answer.status, answer.headers.get("x-trunkline-model")]).toEqual([200, GPT]);
    }
    const refused = await ask({ model: CLAUDE, seed: 5, provider: { require_parameters: true } });
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining("dropped:seed")]);
  });
});
