import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chat, Stack, type IssuedKey } from "../stack.ts";

const PAGE = "https://app.example";
const OTHER = "https://elsewhere.example";
let stack: Stack;
let inPage: IssuedKey;
let onServer: IssuedKey;

beforeAll(async () => {
  stack = await Stack.start();
  inPage = await stack.issueKey();
  onServer = await stack.issueKey();
  await stack.pool.query(`UPDATE api_key SET "browserOrigins" = $2 WHERE id = $1`, [inPage.id, [PAGE]]);
}, 60_000);
afterAll(() => stack.stop());

const allowed = (response: Response): string | null => response.headers.get("access-control-allow-origin");
const preflight = (origin: string): Promise<Response> => fetch(`${stack.url}/v1/chat/completions`, { method: "OPTIONS", headers: { origin, "access-control-request-headers": "authorization", "access-control-request-method": "POST" } });

describe("a web page", () => {
  it("may ask where some key names its origin, and nowhere else", async () => {
    expect([allowed(await preflight(PAGE)), allowed(await preflight(OTHER))]).toEqual([PAGE, null]);
  });

  it("reads what a key that names it is answered: plain, streamed, refused and listed", async () => {
    const headers = { origin: PAGE };
    for (const body of [chat(), chat({ stream: true }), chat({ model: "no/such" })]) {
      const response = await stack.post("/chat/completions", body, { key: inPage, headers });
      await response.text();
      expect([allowed(response), response.headers.get("vary"), response.headers.get("access-control-expose-headers")]).toEqual([PAGE, "origin", expect.stringContaining("x-trunkline-request-id")]);
    }
    expect(allowed(await stack.get("/v1/models", inPage, headers))).toBe(PAGE);
    expect(allowed(await stack.post("/chat/completions", chat(), { key: inPage, headers: { ...headers, "idempotency-key": "once" } }))).toBe(PAGE);
  });

  it("reads nothing of a key that names another page, or none", async () => {
    expect(allowed(await stack.post("/chat/completions", chat(), { key: inPage, headers: { origin: OTHER } }))).toBeNull();
    expect(allowed(await stack.post("/chat/completions", chat(), { key: onServer, headers: { origin: PAGE } }))).toBeNull();
  });
});

it("says nothing of pages to a caller that is none", async () => {
  const response = await stack.post("/chat/completions", chat(), { key: inPage });
  expect([allowed(response), response.headers.get("access-control-expose-headers")]).toEqual([null, null]);
});
