export const CLIENTS = ["curl", "Node", "Python", "AI SDK", "Claude Code"] as const;
export type Client = (typeof CLIENTS)[number];
export interface Connection { readonly gatewayUrl: string; readonly apiKey: string }

const QUESTION = "Say hello in five words.";

const curl = (base: string, key: string): string => `curl ${base}/v1/chat/completions \\
  -H "Authorization: Bearer ${key}" \\
  -H "Content-Type: application/json" \\
  -d '{
    "model": "auto",
    "messages": [
      { "role": "user", "content": "${QUESTION}" }
    ]
  }'`;

const node = (base: string, key: string): string => `import OpenAI from "openai"

const client = new OpenAI({
  baseURL: "${base}/v1",
  apiKey: "${key}",
})
const answer = await client.chat.completions.create({
  model: "auto",
  messages: [{ role: "user", content: "${QUESTION}" }],
})
console.log(answer.choices[0].message.content)`;

const python = (base: string, key: string): string => `from openai import OpenAI

client = OpenAI(
    base_url="${base}/v1",
    api_key="${key}",
)
answer = client.chat.completions.create(
    model="auto",
    messages=[{"role": "user", "content": "${QUESTION}"}],
)
print(answer.choices[0].message.content)`;

const aiSdk = (base: string, key: string): string => `import { createOpenAICompatible } from "@ai-sdk/openai-compatible"
import { generateText } from "ai"

const trunkline = createOpenAICompatible({
  name: "trunkline",
  baseURL: "${base}/v1",
  apiKey: "${key}",
})
const { text } = await generateText({
  model: trunkline("auto"),
  prompt: "${QUESTION}",
})
console.log(text)`;

const claudeCode = (base: string, key: string): string => `export ANTHROPIC_BASE_URL="${base}"
export ANTHROPIC_AUTH_TOKEN="${key}"
export ANTHROPIC_API_KEY=""

claude "${QUESTION}"`;

const WRITERS: Record<Client, (base: string, key: string) => string> = { curl, Node: node, Python: python, "AI SDK": aiSdk, "Claude Code": claudeCode };

/** Text to paste. `gatewayUrl` may end in a slash or in /v1; the snippet adds what its client needs. */
export function snippetFor(client: Client, { gatewayUrl, apiKey }: Connection): string {
  return WRITERS[client](gatewayUrl.replace(/\/+$/, "").replace(/\/v1$/, ""), apiKey);
}

export const envLine = (apiKey: string): string => `TRUNKLINE_API_KEY=${apiKey}`;

const SHOWN_AT_END = 4;
/** `tl_test_<id>_••••••••<last four>`: the secret part is hidden, what the keys page shows stays. A text without a secret part is kept. */
export function maskKey(apiKey: string): string {
  const secretAt = apiKey.lastIndexOf("_") + 1;
  return /^tl_(live|test)_[^_]+_[^_]+$/.test(apiKey) ? `${apiKey.slice(0, secretAt)}••••••••${apiKey.slice(-SHOWN_AT_END)}` : apiKey;
}
