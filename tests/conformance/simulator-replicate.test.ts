import Replicate from "replicate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Simulator } from "@trunkline/testkit/simulator";
import { createSimulator } from "@trunkline/testkit/simulator";

let simulator: Simulator;
let client: Replicate;

beforeAll(async () => {
  simulator = await createSimulator({ port: 0 });
  client = new Replicate({ auth: "any", baseUrl: `${simulator.url}/replicate/v1` });
});
afterAll(() => simulator.close());

const MODEL = "deepseek-ai/deepseek-v3.1";
const HELLO = "Say hello to Zürich ☕";

async function streamed(input: object): Promise<{ text: string; events: string[] }> {
  const events: string[] = [];
  let text = "";
  for await (const event of client.stream(MODEL, { input })) {
    events.push(event.event);
    if (event.event === "output") text += event.data;
  }
  return { text, events };
}

describe("predictions through Replicate's own client", () => {
  it("streams the very text of the plain answer", async () => {
    const plain = await client.run(MODEL, { input: { prompt: HELLO } }) as string[];
    const { text, events } = await streamed({ prompt: HELLO });
    expect(text).toBe(plain.join(""));
    expect(text).toContain("Zürich ☕");
    expect(events.at(-1)).toBe("done");
    await expect.poll(() => simulator.journal().at(-1)).toMatchObject({ provider: "replicate", wire: "replicate", model: MODEL, stream: true, completed: true });
  });

  it("tells the tokens of a finished prediction, and of a streamed one once it is asked for", async () => {
    const begun = await client.predictions.create({ model: MODEL, input: { prompt: "Count" }, stream: true });
    expect(begun).toMatchObject({ status: "starting", output: null });
    await (await fetch(begun.urls.stream ?? "")).text();
    const ended = await client.predictions.get(begun.id);
    expect(ended).toMatchObject({ id: begun.id, status: "succeeded" });
    const entry = simulator.journal().at(-1);
    expect(ended.metrics).toMatchObject({ input_token_count: entry?.promptTokens, output_token_count: entry?.outputTokensGenerated });
  });

  it("ends a prediction that is cancelled, and writes one line of the journal for each that was answered", async () => {
    const before = simulator.journal().length;
    const begun = await client.predictions.create({ model: MODEL, input: { prompt: "Count" } });
    expect(await client.predictions.cancel(begun.id)).toMatchObject({ status: "canceled" });
    expect(simulator.journal()).toHaveLength(before);
    await client.run(MODEL, { input: { prompt: "Count" }, wait: { mode: "poll", interval: 1 } });
    expect(simulator.journal()).toHaveLength(before + 1);
  });

  it("refuses an input without a prompt as the model's schema does", async () => {
    await expect(client.predictions.create({ model: MODEL, input: {} })).rejects.toThrow("422");
  });
});
