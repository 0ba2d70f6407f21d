import { randomBytes } from "node:crypto";
import { open, parseVersionedSecrets, promptBinding } from "@trunkline/keys";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { chat, message, Stack, type IssuedKey } from "./stack.ts";

const ENCRYPTION_KEYS = `1:${randomBytes(32).toString("base64")}`;
const KEKS = parseVersionedSecrets(ENCRYPTION_KEYS);
const SAID = "Write to ada@example.com about PAT-0042, sk-live-abcdefghijklmnop1234.";
let stack: Stack;
beforeAll(async () => { stack = await Stack.start({ ENCRYPTION_KEYS }); }, 60_000);
afterAll(() => stack.stop());

interface Row { readonly requestId: string; readonly sealed: string | null; readonly days: string }
interface Opened { readonly request: Record<string, unknown>; readonly answer: unknown; readonly removed: Record<string, number> }

async function storingKey(percent = 100): Promise<IssuedKey> {
  const key = await stack.issueKey();
  await stack.pool.query(`UPDATE project SET "promptPercent" = $2, "promptRetentionDays" = 3, "promptPatterns" = '{pat-####}' WHERE id = $1`, [key.projectId, percent]);
  return key;
}
const rowsOf = async (key: IssuedKey): Promise<Row[]> => (await stack.pool.query<Row>(`SELECT "requestId", sealed, round(extract(epoch FROM "expiresAt" - "createdAt") / 86400) AS days FROM stored_prompt WHERE "organizationId" = $1 ORDER BY "createdAt"`, [key.organizationId])).rows;
/** Behind the answer, so a moment later. */
async function firstRow(key: IssuedKey): Promise<Row> {
  return vi.waitFor(async () => { const [row] = await rowsOf(key); if (!row) throw new Error("nothing is stored"); return row; }, { timeout: 10_000, interval: 20 });
}
const opened = (key: IssuedKey, { requestId, sealed }: Row): Opened => JSON.parse(open(sealed ?? "", promptBinding(key.organizationId, requestId), KEKS)) as Opened;
const said = { messages: [{ role: "user", content: SAID }] };

describe("prompts of a project that stores them", () => {
  it.each([
    ["/chat/completions", chat(said)], ["/chat/completions", chat({ ...said, stream: true })],
    ["/messages", message(said)], ["/messages", message({ ...said, stream: true })],
    ["/responses", { model: "openai/gpt-5-mini", input: SAID }], ["/responses", { model: "openai/gpt-5-mini", input: SAID, stream: true }],
  ])("lie sealed and redacted with what %s answered (%#)", async (path, body) => {
    const key = await storingKey();
    const answer = await stack.post(path, body, { key });
    await answer.text();
    expect(answer.status).toBe(200);
    const row = await firstRow(key);
    expect(row).toMatchObject({ days: "3", requestId: answer.headers.get("x-trunkline-request-id") ?? row.requestId });
    const { request, answer: kept, removed } = opened(key, row);
    expect(JSON.stringify(request)).toContain("Write to [email removed] about [own removed], [key removed]");
    // The simulated provider says what it was asked, a few letters a frame.
    expect(removed).toMatchObject({ email: 2, own: 2, key: 2 });
    expect(JSON.stringify(kept)).toContain("[email removed]");
    expect(row.sealed).not.toContain("Write to");
  });

  it("are of nobody who did not switch it on, and leave no word in the spool", async () => {
    const [quiet, storing] = [await stack.issueKey(), await storingKey()];
    await (await stack.post("/chat/completions", chat(said), { key: quiet })).text();
    await (await stack.post("/chat/completions", chat(said), { key: storing })).text();
    await firstRow(storing);
    expect(await rowsOf(quiet)).toEqual([]);
    expect(JSON.stringify([...stack.events(quiet), ...await stack.eventsSoon(storing, 1)])).not.toContain("Write to");
  });

  it("of a request that is too large are told of and not kept", async () => {
    const key = await storingKey();
    await (await stack.post("/chat/completions", chat({ messages: [{ role: "user", content: "word ".repeat(120_000) }] }), { key })).text();
    expect(await firstRow(key)).toMatchObject({ sealed: null });
  });

  it("are clipped, pictures left out", async () => {
    const key = await storingKey();
    await (await stack.post("/chat/completions", chat({ messages: [{ role: "user", content: [{ type: "text", text: "x".repeat(30_000) }, { type: "image_url", image_url: { url: `data:image/png;base64,${"A".repeat(4_000)}` } }] }] }), { key })).text();
    const text = JSON.stringify(opened(key, await firstRow(key)).request);
    expect(text.length).toBeLessThan(22_000);
    expect(text).toContain("[10000 characters left out]");
    expect(text).toContain("[file of 4022 characters left out]");
  });

  it("open for no other organization or request", async () => {
    const [key, other] = [await storingKey(), await storingKey()];
    await (await stack.post("/chat/completions", chat(said), { key })).text();
    const row = await firstRow(key);
    expect(() => opened(other, row)).toThrow();
    expect(() => opened(key, { ...row, requestId: "req_other" })).toThrow();
  });
});
