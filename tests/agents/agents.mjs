// The coding agents that are driven, each in the version and with the settings that a user would give it to work over the gateway.
import fs from "node:fs";
import path from "node:path";

/** Packages and versions; `setup`: the install script that puts the program in place, because installs here run none. */
export const PACKAGES = { "@anthropic-ai/claude-code": "2.1.197", "@openai/codex": "0.169.0", "opencode-ai": "1.18.33" };
export const SETUP = ["@anthropic-ai/claude-code/install.cjs", "opencode-ai/postinstall.mjs"];

const write = (file, text) => {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
};

/** `configure` writes into an empty home; it returns arguments and environment. `url` is the gateway, `prompt` the one task. */
export const AGENTS = [
  {
    name: "claude-code", command: "claude",
    configure: ({ url, key, prompt }) => ({
      args: ["-p", prompt, "--output-format", "json"],
      env: { ANTHROPIC_BASE_URL: url, ANTHROPIC_AUTH_TOKEN: key, ANTHROPIC_MODEL: "anthropic/claude-sonnet-4.5", ANTHROPIC_DEFAULT_HAIKU_MODEL: "anthropic/claude-haiku-4.5", CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: "1", DISABLE_AUTOUPDATER: "1", DISABLE_TELEMETRY: "1", DISABLE_ERROR_REPORTING: "1" },
    }),
  },
  {
    name: "codex", command: "codex",
    configure: ({ url, key, prompt, home }) => {
      write(path.join(home, ".codex/config.toml"), [
        'model = "openai/gpt-5-mini"', 'model_provider = "trunkline"', "[analytics]", "enabled = false", "[model_providers.trunkline]", 'name = "Trunkline"', `base_url = "${url}/v1"`, 'env_key = "TRUNKLINE_API_KEY"', 'wire_api = "responses"', "request_max_retries = 0", "stream_max_retries = 0", "",
      ].join("\n"));
      return { args: ["exec", "--skip-git-repo-check", "--sandbox", "read-only", prompt], env: { TRUNKLINE_API_KEY: key } };
    },
  },
  {
    name: "opencode", command: "opencode",
    configure: ({ url, key, prompt, home }) => {
      const provider = { npm: "@ai-sdk/openai-compatible", name: "Trunkline", options: { baseURL: `${url}/v1`, apiKey: "{env:TRUNKLINE_API_KEY}" }, models: { "openai/gpt-5-mini": { name: "GPT-5 mini", limit: { context: 400_000, output: 32_000 } } } };
      write(path.join(home, ".config/opencode/opencode.json"), JSON.stringify({ $schema: "https://opencode.ai/config.json", autoupdate: false, share: "disabled", model: "trunkline/openai/gpt-5-mini", small_model: "trunkline/openai/gpt-5-mini", provider: { trunkline: provider } }));
      return { args: ["run", prompt], env: { TRUNKLINE_API_KEY: key, OPENCODE_DISABLE_AUTOUPDATE: "1", OPENCODE_DISABLE_MODELS_FETCH: "1" } };
    },
  },
];
