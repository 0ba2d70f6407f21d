export const CLIENTS = ["curl", "Node", "Python", "AI SDK", "Claude Code", "Codex", "OpenCode", "Ask my agent"] as const;
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

/** Codex speaks the Responses API only; its settings come as flags, so that no file of the person's is touched. */
const codex = (base: string, key: string): string => `export TRUNKLINE_API_KEY="${key}"

codex exec --skip-git-repo-check \\
  -c 'model_providers.trunkline={ name = "Trunkline", base_url = "${base}/v1", env_key = "TRUNKLINE_API_KEY", wire_api = "responses" }' \\
  -c 'model_provider="trunkline"' -m auto \\
  "${QUESTION}"`;

const openCode = (base: string, key: string): string => `export TRUNKLINE_API_KEY="${key}"

cat > opencode.json <<'END'
{
  "provider": {
    "trunkline": {
      "npm": "@ai-sdk/openai-compatible",
      "options": { "baseURL": "${base}/v1", "apiKey": "{env:TRUNKLINE_API_KEY}" },
      "models": { "auto": {} }
    }
  }
}
END
opencode run -m trunkline/auto "${QUESTION}"`;

const agentPrompt = (base: string, key: string): string => `Connect this project to Trunkline, an LLM gateway.

1. Add TRUNKLINE_API_KEY=${key} to .env, and make sure that git ignores .env.
2. Where the code makes an OpenAI client, set its base URL to ${base}/v1 and its key to TRUNKLINE_API_KEY. For an Anthropic client the base URL is ${base}.
3. Model names are author/model, such as openai/gpt-5-mini; "auto" lets the gateway choose. GET ${base}/v1/models lists them all.
4. Make one call with the model "auto" and the message "${QUESTION}". Show me the answer and the response header x-trunkline-provider.

Change nothing else. If the call fails, show me the error's code and message: the message says what to do.`;

const WRITERS: Record<Client, (base: string, key: string) => string> = { curl, Node: node, Python: python, "AI SDK": aiSdk, "Claude Code": claudeCode, Codex: codex, OpenCode: openCode, "Ask my agent": agentPrompt };

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
