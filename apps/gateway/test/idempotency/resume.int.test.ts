import net from "node:net";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chat, Stack, type IssuedKey } from "../stack.ts";

const redisUrl = process.env["REDIS_URL"] ?? "";
if (redisUrl === "") throw new Error("REDIS_URL is not set: these tests use a real Redis");
const PACED = "tokens=80;pace=5";
const PROMPT = "Say something short.";
const INBOUNDS = [
  ["/chat/completions", chat({ stream: true })],
  ["/messages", { model: "anthropic/claude-haiku-4.5", max_tokens: 200, stream: true, messages: [{ role: "user", content: PROMPT }] }],
  ["/responses", { model: "google/gemini-2.5-flash", input: PROMPT, stream: true }],
  ["/completions", { model: "openai/gpt-5-mini", prompt: PROMPT, stream: true }],
] as const;

const withoutComments = (text: string): string => text.replaceAll(/^:.*\n\n/gm, "");
const idsOf = (text: string): readonly string[] => [...text.matchAll(/^id: (\S+)$/gm)].map((match) => match[1] ?? "");
/** What a reader has who throws away the event that the cut left unfinished. */
const wholeEventsOf = (text: string): string => text.slice(0, text.lastIndexOf("\n\n") + 2);

interface Ask { readonly key: IssuedKey; readonly name: string; readonly lastEventId?: string; readonly path?: string; readonly body?: unknown; readonly simulate?: string }
const headersOf = ({ name, lastEventId, simulate = PACED }: Ask): Record<string, string> => ({ "idempotency-key": name, "x-simulate": simulate, ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }) });

describe.each([{ form: "memory", env: {} }, { form: "redis", env: { REDIS_URL: redisUrl } }])("a stream resumed with Last-Event-ID, answers kept in $form", ({ env }) => {
  let stack: Stack;
  beforeAll(async () => { stack = await Stack.start(env); });
  afterAll(() => stack.stop());

  const send = (ask: Ask, at = stack): Promise<Response> => at.post(ask.path ?? "/chat/completions", ask.body ?? chat({ stream: true }), { key: ask.key, headers: headersOf(ask) });

  /** Over a connection of its own, which is torn down in the middle of the answer. */
  async function cutAfter(ask: Ask, bytes: number): Promise<string> {
    const { hostname, port } = new URL(stack.url);
    const body = JSON.stringify(ask.body ?? chat({ stream: true }));
    const headers = { host: "gateway", "content-type": "application/json", "content-length": String(Buffer.byteLength(body)), authorization: `Bearer ${ask.key.whole}`, ...headersOf(ask) };
    const socket = net.connect(Number(port), hostname);
    socket.write(`POST /v1${ask.path ?? "/chat/completions"} HTTP/1.1\r\n${Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`);
    let text = "";
    for await (const part of socket) { text += String(part); if (text.length >= bytes) break; }
    socket.destroy();
    // Chunks of the transfer coding: a length, then that much of the stream.
    return text.slice(text.indexOf("\r\n\r\n") + 4).replaceAll(/^[0-9a-f]+\r\n/gm, "").replaceAll("\r\n", "");
  }

  it.each(INBOUNDS)("goes on behind the last event that arrived, while the call still runs, and is billed once: %s", async (path, body) => {
    const ask: Ask = { key: await stack.issueKey(), name: "cut", path, body };
    const had = wholeEventsOf(await cutAfter(ask, 3_000));
    const lastEventId = idsOf(had).at(-1) ?? "";
    const resumed = await send({ ...ask, lastEventId });
    expect([resumed.status, resumed.headers.get("idempotent-replayed")]).toEqual([200, "true"]);
    const rest = withoutComments(await resumed.text());
    const whole = withoutComments(await (await send(ask)).text());
    expect(withoutComments(had) + rest).toBe(whole);
    expect(new Set(idsOf(whole)).size).toBe(idsOf(whole).length);
    expect(rest.length).toBeGreaterThan(0);
    expect((await stack.eventsSoon(ask.key, 1)).map((event) => event.status)).toEqual(["ok"]);
  });

  it("goes on behind any event once the call has ended, and says nothing behind the last", async () => {
    const ask: Ask = { key: await stack.issueKey(), name: "ended", simulate: "tokens=12" };
    const whole = withoutComments(await (await send(ask)).text());
    for (const lastEventId of idsOf(whole)) {
      const line = `id: ${lastEventId}\n\n`;
      expect(withoutComments(await (await send({ ...ask, lastEventId })).text())).toBe(whole.slice(whole.indexOf(line) + line.length));
    }
    expect(stack.events(ask.key)).toHaveLength(1);
  });

  it("runs nothing where the event is not kept: another answer's, a broken stream's, a new key's or a plain answer's", async () => {
    const key = await stack.issueKey();
    const refused = async (ask: Ask): Promise<void> => {
      const response = await send(ask);
      expect([response.status, await response.json()]).toMatchObject([400, { error: { code: "caller.invalid_request", param: "Last-Event-ID" } }]);
    };
    const other = idsOf(await (await send({ key, name: "other", simulate: "tokens=12" })).text()).at(-1) ?? "";
    const broken = idsOf(await (await send({ key, name: "broken", simulate: "cut@40;tokens=300" })).text()).at(-1) ?? "";
    const plain: Ask = { key, name: "plain", body: chat(), simulate: "tokens=12" };
    await (await send({ key, name: "mine", simulate: "tokens=12" })).text();
    await (await send(plain)).text();
    const booked = (await stack.eventsSoon(key, 4)).length;
    await refused({ key, name: "mine", simulate: "tokens=12", lastEventId: other });
    await refused({ key, name: "broken", simulate: "cut@40;tokens=300", lastEventId: broken });
    await refused({ key, name: "new", lastEventId: other });
    await refused({ ...plain, lastEventId: other });
    expect([booked, stack.events(key).length]).toEqual([4, 4]);
    // The refusal did not take the key either.
    expect((await send({ key, name: "new", simulate: "tokens=12" })).headers.get("idempotent-replayed")).toBeNull();
  });

  it("is read by OpenAI's own client, from the start and from the middle", async () => {
    const key = await stack.issueKey();
    const client = new OpenAI({ baseURL: `${stack.url}/v1`, apiKey: key.whole, maxRetries: 0 });
    const headers = { "idempotency-key": "client", "x-simulate": PACED };
    const body = { model: "openai/gpt-5-mini", messages: [{ role: "user" as const, content: PROMPT }], stream: true as const };
    const textOf = async (extra: Readonly<Record<string, string>>): Promise<string> => {
      let text = "";
      for await (const chunk of await client.chat.completions.create(body, { headers: { ...headers, ...extra } })) text += chunk.choices[0]?.delta.content ?? "";
      return text;
    };
    const whole = await textOf({});
    const events = (await (await client.chat.completions.create(body, { headers }).asResponse()).text()).split("\n\n");
    const middle = idsOf(events.slice(0, events.length / 2).join("\n\n")).at(-1) ?? "";
    const rest = await textOf({ "last-event-id": middle });
    expect(rest.length).toBeGreaterThan(0);
    expect(rest.length).toBeLessThan(whole.length);
    expect(whole.endsWith(rest)).toBe(true);
    expect(stack.events(key)).toHaveLength(1);
  });
});

it("goes on at another gateway of the same Redis", async () => {
  const [one, two] = await Promise.all([Stack.start({ REDIS_URL: redisUrl }), Stack.start({ REDIS_URL: redisUrl })]);
  try {
    const key = await one.issueKey();
    const headers = headersOf({ key, name: "moved" });
    const leaving = new AbortController();
    const first = await one.post("/chat/completions", chat({ stream: true }), { key, headers, signal: leaving.signal });
    const had = wholeEventsOf(Buffer.from((await first.body?.getReader().read())?.value ?? []).toString());
    leaving.abort();
    const resumed = await two.post("/chat/completions", chat({ stream: true }), { key, headers: { ...headers, "last-event-id": idsOf(had).at(-1) ?? "" } });
    const rest = withoutComments(await resumed.text());
    const whole = withoutComments(await (await two.post("/chat/completions", chat({ stream: true }), { key, headers })).text());
    expect(withoutComments(had) + rest).toBe(whole);
    expect([(await one.eventsSoon(key, 1)).length, two.events(key).length]).toEqual([1, 0]);
  } finally {
    await Promise.all([one.stop(), two.stop()]);
  }
});
