import { describe, expect, inject, it } from "vitest";
import { readFixtures, send, type GoldenRequest } from "./golden-request.ts";
import { Outside } from "./lab.ts";

const lab = inject("lab");
const outside = new Outside(lab);
const fixtures = readFixtures();

const dataOf = (text: string): readonly string[] => text.split("\n").filter((line) => line.startsWith("data: ")).map((line) => line.slice(6));

/** What tells a client of this path that a stream is whole. */
function lastWord(path: string, text: string): string {
  const data = dataOf(text);
  const last = data.at(-1) ?? "";
  return path.startsWith("/v1/messages") || path.startsWith("/v1/responses") ? (JSON.parse(last) as { type: string }).type : last;
}
const WHOLE: Readonly<Record<string, string>> = { "/v1/messages": "message_stop", "/v1/responses": "response.completed", "/v1/chat/completions": "[DONE]", "/v1/completions": "[DONE]" };

const posts = fixtures.flatMap(({ name, requests }) => requests.filter((request) => request.method === "POST").map((request, index) => ({ label: `${name} ${index}`, request })));
const MODELS = ["openai/gpt-5-mini", "anthropic/claude-haiku-4.5", "google/gemini-2.5-flash"];

async function expectAnswer(request: GoldenRequest, model?: string): Promise<Response> {
  const response = await send(lab, request, model);
  const text = await response.text();
  expect(response.status, text.slice(0, 500)).toBe(200);
  const path = request.path.replace(/\?.*$/, "");
  if (request.body?.["stream"] === true) {
    expect(Object.fromEntries(["content-type", "cache-control", "x-accel-buffering"].map((name) => [name, response.headers.get(name)]))).toEqual({ "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache, no-transform", "x-accel-buffering": "no" });
    expect(lastWord(path, text)).toBe(WHOLE[path]);
    const asked = (request.body["stream_options"] as { include_usage?: boolean } | undefined)?.include_usage === true;
    if (path === "/v1/chat/completions") expect(dataOf(text).some((data) => data.includes('"usage":{'))).toBe(asked);
  } else expect(JSON.parse(text)).toHaveProperty(path === "/v1/responses" ? "output" : "choices");
  return response;
}

const CODEX = "dropped:tools.namespace,dropped:tools.web_search";
const CLAUDE_TEXTS = "dropped:context_management,dropped:messages.cache_control";
const CLAUDE_TOOLS_ON_GEMINI = "dropped:tools.parameters.exclusiveMinimum,dropped:tools.parameters.propertyNames,dropped:tools.parameters.format,emulated:reasoning_effort";

/** By client, request and model. Whatever is not here loses nothing. */
const LOST: Readonly<Record<string, string>> = {
  "claude-code 1 openai/gpt-5-mini": CLAUDE_TEXTS,
  "claude-code 1 google/gemini-2.5-flash": `${CLAUDE_TEXTS},${CLAUDE_TOOLS_ON_GEMINI}`,
  "claude-code 2 openai/gpt-5-mini": `${CLAUDE_TEXTS},dropped:messages.is_error`,
  "claude-code 2 google/gemini-2.5-flash": `${CLAUDE_TEXTS},dropped:messages.is_error,${CLAUDE_TOOLS_ON_GEMINI}`,
  "codex 0 anthropic/claude-haiku-4.5": CODEX, "codex 0 google/gemini-2.5-flash": CODEX, "codex 1 anthropic/claude-haiku-4.5": CODEX, "codex 1 google/gemini-2.5-flash": CODEX,
  "librechat 0 anthropic/claude-haiku-4.5": "dropped:presence_penalty,dropped:frequency_penalty",
  "librechat 0 google/gemini-2.5-flash": "dropped:user",
  "opencode 1 anthropic/claude-haiku-4.5": "emulated:reasoning_effort",
  "opencode 1 google/gemini-2.5-flash": "dropped:tools.parameters.exclusiveMinimum,emulated:reasoning_effort",
  "opencode 2 anthropic/claude-haiku-4.5": "dropped:reasoning_effort",
  "opencode 2 google/gemini-2.5-flash": "dropped:tools.parameters.exclusiveMinimum,emulated:reasoning_effort",
};

describe.each(posts)("$label", ({ label, request }) => {
  it("is answered whole by the model that it names, with nothing lost", async () => {
    const response = await expectAnswer(request);
    expect(response.headers.get("x-trunkline-losses")).toBeNull();
  });

  it.each(MODELS)("is answered whole by %s too, and what is lost on the way is named", async (model) => {
    const response = await expectAnswer(request, model);
    expect(response.headers.get("x-trunkline-losses")).toBe(LOST[`${label} ${model}`] ?? null);
  });
});

describe("what clients ask before their first request", () => {
  const asked = fixtures.flatMap(({ name, requests }) => requests.filter((request) => request.method !== "POST").map((request) => ({ name, request })));

  it.each(asked)("$name: $request.method $request.path", async ({ request }) => {
    const response = await send(lab, request);
    expect(response.status).toBe(200);
    const text = await response.text();
    if (request.path.startsWith("/v1/models")) expect((JSON.parse(text) as { data: readonly { id: string }[] }).data.map((model) => model.id)).toContain("openai/gpt-5-mini");
  });
});

describe("whose request it was", () => {
  it.each([["claude-code", "session_id", "00000000-0000-4000-8000-000000000000"], ["codex", "session_id", "00000000-0000-4000-8000-000000000000"], ["opencode", "session_id", "ses_0"], ["open-webui", "user", "user-1"], ["librechat", "user", "user-1"]])("is read where %s puts it: %s", async (name, member, value) => {
    const request = fixtures.find((fixture) => fixture.name === name)?.requests.findLast((candidate) => candidate.method === "POST" && !candidate.path.startsWith("/v1/messages") || name === "claude-code");
    if (!request) throw new Error(`no request of ${name}`);
    const response = await expectAnswer(request);
    const id = response.headers.get("x-trunkline-request-id") ?? "";
    await expect.poll(() => outside.receipt(id)).toMatchObject({ [member]: value });
  });
});
