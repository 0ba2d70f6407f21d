import { describe, expect, it } from "vitest";
import { chat, Stack, type IssuedKey } from "../stack.ts";

const redisUrl = process.env["REDIS_URL"];
if (!redisUrl) throw new Error("REDIS_URL is missing: these tests need a real Redis");

const body = { models: ["openai/gpt-5-mini", "anthropic/claude-haiku-4.5"], provider: { only: ["openai", "anthropic"] } };
/** Faults in a row that open a circuit. */
const FAULTS = 5;
/** A change is heard within this. */
const HEARD_MS = 1_000;

/** Whether the gateway would still ask OpenAI for the model. */
async function wouldAsk(stack: Stack, key: IssuedKey): Promise<boolean> {
  const explained = await (await stack.post("/route/explain", chat(body), { key })).json() as { candidates: { provider: string }[] };
  return explained.candidates.some(({ provider }) => provider === "openai");
}

describe.each([["embedded", {}], ["Redis", { REDIS_URL: redisUrl }]] as const)("two gateways, %s form", (_form, env) => {
  it("leave a failing provider alone within a second of each other, and go on serving", async () => {
    const [one, two] = await Promise.all([Stack.start(env), Stack.start(env)]);
    try {
      const key = await one.issueKey({ kind: "live" });
      expect([await wouldAsk(one, key), await wouldAsk(two, key)]).toEqual([true, true]);
      one.simulator.setFaults({ openai: "status=500" });
      for (let fault = 0; fault < FAULTS; fault++) expect((await one.post("/chat/completions", chat(body), { key })).headers.get("x-trunkline-provider")).toBe("anthropic");
      await expect.poll(() => wouldAsk(two, key), { timeout: HEARD_MS, interval: 20 }).toBe(false);
      const served = await two.post("/chat/completions", chat(body), { key });
      expect([served.status, served.headers.get("x-trunkline-attempts")]).toEqual([200, "1"]);
      expect(two.simulator.journal().filter(({ provider }) => provider === "openai")).toEqual([]);
    } finally {
      await Promise.all([one.stop(), two.stop()]);
    }
  });
});
