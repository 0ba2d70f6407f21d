import net from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chat, Stack, type IssuedKey } from "../stack.ts";

const url = process.env["REDIS_URL"] ?? "";
if (!url) throw new Error("REDIS_URL is not set: these tests need a real Redis");
const gateways: Stack[] = [];
beforeAll(async () => { for (let count = 0; count < 2; count++) gateways.push(await Stack.start({ REDIS_URL: url })); });
afterAll(async () => { for (const gateway of gateways) await gateway.stop(); });
const gateway = (index: number): Stack => gateways[index] as Stack;

const TOKENS = 400;
/** Far beyond every budget here, and within the model's own limit. */
const TOO_MANY_TOKENS = 100_000;
const ask = (stack: Stack, key: IssuedKey, maxTokens = TOKENS): Promise<Response> => stack.post("/chat/completions", chat({ max_tokens: maxTokens }), { key });
const nano = (usd: string | undefined): bigint => BigInt(Math.round(Number(usd) * 1e9));

/** What a refusal tells: spent or held, and what would be needed. */
async function refusal(stack: Stack, key: IssuedKey, maxTokens = TOKENS): Promise<{ readonly used: bigint; readonly needed: bigint }> {
  const refused = await ask(stack, key, maxTokens);
  const [, used, needed] = /: ([\d.]+) of [\d.]+ USD are spent or held, and up to ([\d.]+) USD are needed/.exec(await refused.text()) ?? [];
  return { used: nano(used), needed: nano(needed) };
}
const holdOf = async (stack: Stack): Promise<bigint> => (await refusal(stack, await stack.issueKey({ kind: "live", budgetNanoUsd: 1n }))).needed;
const chargedTo = (stack: Stack, key: IssuedKey): bigint => stack.events(key).reduce((sum, event) => sum + BigInt(event.chargeNanoUsd), 0n);

function emptyRedis(): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname, () => socket.write("FLUSHALL\r\n")).once("data", () => { socket.destroy(); resolve(); }).once("error", reject);
  });
}

describe("a budget whose Redis was emptied", () => {
  it("is still held by a request in flight at another gateway, and pays in the end what that one spent", async () => {
    const [first, second] = [gateway(0), gateway(1)];
    const hold = await holdOf(first);
    const key = await first.issueKey({ kind: "live", budgetNanoUsd: hold + hold / 2n });
    first.simulator.setFaults({ "*": "stall@40;tokens=80" });
    const leaving = new AbortController();
    const inFlight = await first.post("/chat/completions", chat({ max_tokens: TOKENS, stream: true }), { key, signal: leaving.signal });
    expect(inFlight.status).toBe(200);
    await emptyRedis();
    // The stream's body is a few bytes longer.
    expect((await refusal(second, key)).used).toBeGreaterThanOrEqual(hold);
    leaving.abort();
    await first.eventsSoon(key, 1);
    first.simulator.setFaults({});
    const spent = chargedTo(first, key);
    expect(spent > 0n && spent < hold / 2n).toBe(true);
    await expect.poll(async () => (await refusal(second, key, TOO_MANY_TOKENS)).used, { timeout: 3_000 }).toBe(spent);
    expect((await ask(second, key)).status).toBe(200);
  });

  it("pays what was spent before, though no worker has booked it yet, once", async () => {
    const [first, second] = [gateway(0), gateway(1)];
    const key = await first.issueKey({ kind: "live", budgetNanoUsd: await holdOf(first) * 10n });
    for (let calls = 0; calls < 3; calls++) await (await ask(first, key)).arrayBuffer();
    for (let times = 1; times < 3; times++) {
      await emptyRedis();
      await (await ask(second, key)).arrayBuffer();
      await second.eventsSoon(key, times);
      await expect.poll(async () => (await refusal(second, key, TOO_MANY_TOKENS)).used, { timeout: 3_000 }).toBe(chargedTo(first, key) + chargedTo(second, key));
    }
  });

  it("pays what a killed gateway had spent, once it is started again", async () => {
    const [, second] = [gateway(0), gateway(1)];
    const killed = await Stack.start({ REDIS_URL: url });
    const key = await killed.issueKey({ kind: "live", budgetNanoUsd: await holdOf(killed) * 10n });
    await (await ask(killed, key)).arrayBuffer();
    await killed.eventsSoon(key, 1);
    const spent = chargedTo(killed, key);
    const spool = await killed.stopKeepingSpool();
    await emptyRedis();
    const restarted = await Stack.start({ REDIS_URL: url, SPOOL_DIR: spool });
    await expect.poll(async () => (await refusal(second, key, TOO_MANY_TOKENS)).used, { timeout: 5_000 }).toBe(spent);
    await restarted.stop();
  });
});
