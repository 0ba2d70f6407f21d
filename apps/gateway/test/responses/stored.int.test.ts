import OpenAI from "openai";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Stack, type IssuedKey } from "../stack.ts";

const INPUT_MARK = "a-secret-only-the-first-turn-tells";
let stack: Stack;

beforeAll(async () => { stack = await Stack.start({ ENCRYPTION_KEYS: `1:${randomBytes(32).toString("base64")}` }); }, 60_000);
afterAll(() => stack.stop());

async function storingKey(days = 30): Promise<IssuedKey> {
  const key = await stack.issueKey();
  await stack.pool.query(`UPDATE organization SET "responseRetentionDays" = $2 WHERE id = $1`, [key.organizationId, days]);
  return key;
}
const clientOf = (key: IssuedKey): OpenAI => new OpenAI({ apiKey: key.whole, baseURL: `${stack.url}/v1`, maxRetries: 0 });
/** What the provider was sent for the latest call of this key. */
const rowsOf = async (key: IssuedKey) => (await stack.pool.query<{ id: string; previousId: string | null; sealed: string }>(`SELECT id, "previousId", sealed FROM stored_response WHERE "organizationId" = $1 ORDER BY "createdAt"`, [key.organizationId])).rows;

describe.each(["openai/gpt-5-mini", "anthropic/claude-haiku-4.5", "google/gemini-2.5-flash"])("previous_response_id with %s", (model) => {
  it("continues an answer with all that came before it, and tells both that they are stored", async () => {
    const key = await storingKey();
    const client = clientOf(key);
    const first = await client.responses.create({ model, input: `Remember ${INPUT_MARK}. ${"word ".repeat(200)}` });
    expect(first).toMatchObject({ store: true, previous_response_id: null });
    const second = await client.responses.create({ model, input: "And now?", previous_response_id: first.id });
    expect(second).toMatchObject({ previous_response_id: first.id, store: true, status: "completed" });
    // The second request was short: only the conversation in front of it makes it longer than the first.
    expect(second.usage?.input_tokens).toBeGreaterThan(first.usage?.input_tokens ?? 0);
    const third = await client.responses.create({ model, input: "Again?", previous_response_id: second.id });
    expect(third.usage?.input_tokens).toBeGreaterThan(second.usage?.input_tokens ?? 0);
  });

  it("continues a streamed answer the moment its last event is there", async () => {
    const client = clientOf(await storingKey());
    const stream = await client.responses.create({ model, input: "Count.", stream: true });
    let id = "";
    for await (const event of stream) if (event.type === "response.completed") { id = event.response.id; expect(event.response).toMatchObject({ store: true }); }
    expect(await client.responses.create({ model, input: "More.", previous_response_id: id })).toMatchObject({ previous_response_id: id });
  });
});

/** As clients send the turns before that they believe stored: by the ids of their items. */
const referring = (items: readonly { readonly id?: string | null }[], next: readonly unknown[]): never => [{ role: "user", content: "What is the weather in Oslo?" }, ...items.map(({ id }) => ({ type: "item_reference", id })), ...next] as never;
const WEATHER = { type: "function" as const, name: "get_weather", description: "Weather of a city", strict: false, parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } };

describe.each(["openai/gpt-5-mini", "anthropic/claude-haiku-4.5", "google/gemini-2.5-flash"])("references to stored items with %s", (model) => {
  it("stand for what the model said and called, over several answers", async () => {
    const key = await storingKey();
    const client = clientOf(key);
    const first = await client.responses.create({ model, input: "What is the weather in Oslo?", tools: [WEATHER] });
    const call = first.output.find((item) => item.type === "function_call");
    const result = { type: "function_call_output", call_id: call?.call_id, output: "12 degrees" };
    const second = await client.responses.create({ model, tools: [WEATHER], input: referring(first.output, [result]) });
    expect(second.output_text).toContain("The tool has answered");
    const third = await client.responses.create({ model, tools: [WEATHER], input: referring([...first.output, ...second.output], [result, { role: "user", content: "Thanks." }]) });
    expect(third.usage?.input_tokens).toBeGreaterThan(second.usage?.input_tokens ?? 0);
  });
});

describe("references to stored items", () => {
  it("lead nowhere in another project, without storing and once deleted, and the refusal names both ways out", async () => {
    const [key, other, never] = [await storingKey(), await storingKey(), await stack.issueKey()];
    const first = await clientOf(key).responses.create({ model: "openai/gpt-5-mini", input: "Hi" });
    const ask = (by: IssuedKey) => clientOf(by).responses.create({ model: "openai/gpt-5-mini", input: referring(first.output, [{ role: "user", content: "And?" }]) });
    await ask(key);
    for (const by of [other, never]) await expect(ask(by)).rejects.toMatchObject({ status: 400, message: expect.stringMatching(/`store: false`.*Settings/) as unknown });
    await clientOf(key).responses.delete(first.id);
    await expect(ask(key)).rejects.toMatchObject({ status: 400 });
  });
});

describe("`store: true` under `losses: strict`", () => {
  it("is no loss where the answer is kept, and one where it is not", async () => {
    const [key, never] = [await storingKey(), await stack.issueKey()];
    const strict = { model: "anthropic/claude-haiku-4.5", input: "Hi", store: true, routing: { losses: "strict" } };
    expect(await (await stack.post("/responses", strict, { key })).json()).toMatchObject({ store: true });
    expect((await stack.post("/responses", strict, { key: never })).status).toBe(400);
  });
});

describe("stored responses", () => {
  it("keep nothing while the organization does not allow it, and the refusal names the setting", async () => {
    const key = await stack.issueKey();
    const first = await clientOf(key).responses.create({ model: "openai/gpt-5-mini", input: "Hi" });
    expect(await rowsOf(key)).toEqual([]);
    await expect(clientOf(key).responses.create({ model: "openai/gpt-5-mini", input: "Hi", previous_response_id: first.id })).rejects.toMatchObject({ status: 400, param: "previous_response_id", message: expect.stringContaining("responseRetentionDays") as unknown });
  });

  it("keep nothing that was asked for with store: false", async () => {
    const key = await storingKey();
    expect(await clientOf(key).responses.create({ model: "openai/gpt-5-mini", input: "Hi", store: false })).toMatchObject({ store: false });
    expect(await rowsOf(key)).toEqual([]);
  });

  it("lie sealed: neither prompt nor answer can be read in the database, and a copied row does not open", async () => {
    const [key, other] = [await storingKey(), await storingKey()];
    const { id, output_text: text } = await clientOf(key).responses.create({ model: "openai/gpt-5-mini", input: INPUT_MARK });
    const [row] = await rowsOf(key);
    expect(row?.sealed).not.toContain(INPUT_MARK);
    expect(Buffer.from(row?.sealed.split(".").at(-1) ?? "", "base64url").includes(text)).toBe(false);
    await stack.pool.query(`INSERT INTO stored_response SELECT $2, $3, mode, id, "previousId", sealed, bytes, "createdAt", "expiresAt" FROM stored_response WHERE "organizationId" = $1`, [key.organizationId, other.organizationId, other.projectId]);
    await expect(clientOf(other).responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
  });

  it("are read, listed and deleted by their own project alone", async () => {
    const [key, other] = [await storingKey(), await storingKey()];
    const client = clientOf(key);
    const { id } = await client.responses.create({ model: "openai/gpt-5-mini", input: "Hi" });
    expect(await client.responses.retrieve(id)).toMatchObject({ id, object: "response", store: true });
    expect((await client.responses.inputItems.list(id)).data).toMatchObject([{ type: "message", role: "user", content: [{ text: "Hi" }] }]);
    await expect(clientOf(other).responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
    await expect(clientOf(other).responses.delete(id)).rejects.toMatchObject({ status: 404 });
    await expect(clientOf(other).responses.create({ model: "openai/gpt-5-mini", input: "Hi", previous_response_id: id })).rejects.toMatchObject({ status: 400 });
    await client.responses.delete(id);
    await expect(client.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
  });

  it("cannot be continued once any answer they build on was deleted or has expired", async () => {
    const key = await storingKey();
    const client = clientOf(key);
    const first = await client.responses.create({ model: "openai/gpt-5-mini", input: "One" });
    const second = await client.responses.create({ model: "openai/gpt-5-mini", input: "Two", previous_response_id: first.id });
    await stack.pool.query(`UPDATE stored_response SET "expiresAt" = now() WHERE id = $1 AND "organizationId" = $2`, [first.id, key.organizationId]);
    await expect(client.responses.create({ model: "openai/gpt-5-mini", input: "Three", previous_response_id: second.id })).rejects.toMatchObject({ status: 400 });
  });

  it("are not made of an answer that broke off", async () => {
    const key = await storingKey();
    const response = await stack.post("/responses", { model: "openai/gpt-5-mini", input: "Hi", stream: true }, { key, headers: { "x-simulate": "cut@5" } });
    await response.text().catch(() => "");
    expect(await rowsOf(key)).toEqual([]);
  });

  it("are kept for as many days as the organization says, and no statement of another tenant sees them", async () => {
    const key = await storingKey(3);
    await clientOf(key).responses.create({ model: "openai/gpt-5-mini", input: "Hi" });
    const { rows } = await stack.pool.query<{ days: string }>(`SELECT round(extract(epoch FROM "expiresAt" - "createdAt") / 86400) AS days FROM stored_response WHERE "organizationId" = $1`, [key.organizationId]);
    expect(rows).toEqual([{ days: "3" }]);
    const client = await stack.pool.connect();
    try {
      await client.query("BEGIN");
      await client.query(`SELECT set_config('app.tenant', 'org_other', true)`);
      await client.query("SET LOCAL ROLE trunkline_tenant");
      expect((await client.query(`SELECT "organizationId" FROM stored_response`)).rows).toEqual([]);
      await client.query("SAVEPOINT body");
      await expect(client.query(`SELECT sealed FROM stored_response`)).rejects.toThrow("permission denied");
    } finally {
      await client.query("ROLLBACK");
      client.release();
    }
  });
});
