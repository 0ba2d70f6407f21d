/**
 * The facts the price package does not carry: our model ids, who serves each model under which exact name, and what it can do.
 * Where a maker's page gave no output bound, the bound here is a cautious one: too small costs an answer's tail, too large costs money.
 * Each row: [id, name, released, options, endpoints]. `can`: t tools, j JSON schema, r reasoning. `reads`: i image, p pdf (text is always read).
 * Audio input is left out on purpose: providers price audio tokens apart, and a price version has no field for them.
 */
export const CURATED = [
  // OpenAI, https://platform.openai.com/docs/models
  ["openai/gpt-4o", "GPT-4o", "2024-05-13", { out: 16_384, reads: "ip", can: "tj", tier: "mid", text: "Versatile multimodal model of the GPT-4 generation." }, { openai: "gpt-4o" }],
  ["openai/gpt-4o-mini", "GPT-4o mini", "2024-07-18", { out: 16_384, reads: "ip", can: "tj", tier: "fast", text: "Small, inexpensive multimodal model." }, { openai: "gpt-4o-mini" }],
  ["openai/gpt-4.1", "GPT-4.1", "2025-04-14", { out: 32_768, reads: "ip", can: "tj", tier: "mid", text: "Long-context model without reasoning, strong at instructions and code." }, { openai: "gpt-4.1" }],
  ["openai/gpt-4.1-mini", "GPT-4.1 mini", "2025-04-14", { out: 32_768, reads: "ip", can: "tj", tier: "fast", text: "Long context at low cost and latency." }, { openai: "gpt-4.1-mini" }],
  ["openai/gpt-4.1-nano", "GPT-4.1 nano", "2025-04-14", { out: 32_768, reads: "ip", can: "tj", tier: "fast", text: "Fastest of the GPT-4.1 family; classification and completion." }, { openai: "gpt-4.1-nano" }],
  ["openai/o3", "o3", "2025-04-16", { out: 100_000, reads: "ip", can: "tjr", tier: "frontier", text: "Reasoning model for mathematics, science and code." }, { openai: "o3" }],
  ["openai/o4-mini", "o4-mini", "2025-04-16", { out: 100_000, reads: "ip", can: "tjr", tier: "mid", text: "Small reasoning model with vision." }, { openai: "o4-mini" }],
  ["openai/gpt-5", "GPT-5", "2025-08-07", { out: 128_000, reads: "ip", can: "tjr", tier: "frontier", text: "Reasoning model for code and agentic work." }, { openai: "gpt-5" }],
  ["openai/gpt-5-mini", "GPT-5 mini", "2025-08-07", { out: 128_000, reads: "ip", can: "tjr", tier: "fast", text: "Faster, cheaper GPT-5 for well-defined tasks." }, { openai: "gpt-5-mini" }],
  ["openai/gpt-5-nano", "GPT-5 nano", "2025-08-07", { out: 128_000, reads: "ip", can: "tjr", tier: "fast", text: "Cheapest GPT-5; summaries and classification." }, { openai: "gpt-5-nano" }],
  ["openai/gpt-5.1", "GPT-5.1", "2025-11-13", { out: 128_000, reads: "ip", can: "tjr", tier: "frontier", text: "GPT-5 successor with adaptive reasoning effort." }, { openai: "gpt-5.1" }],
  ["openai/gpt-5.2", "GPT-5.2", "2025-12-11", { out: 128_000, reads: "ip", can: "tjr", tier: "frontier", text: "Frontier model for professional and agentic work." }, { openai: "gpt-5.2" }],
  ["openai/gpt-5.4", "GPT-5.4", "2026-03-05", { out: 128_000, reads: "ip", can: "tjr", tier: "frontier", text: "Frontier reasoning model." }, { openai: "gpt-5.4" }],
  ["openai/gpt-5.4-mini", "GPT-5.4 mini", "2026-03-17", { out: 128_000, reads: "ip", can: "tjr", tier: "mid", text: "Smaller GPT-5.4 for volume work." }, { openai: "gpt-5.4-mini" }],
  ["openai/gpt-5.4-nano", "GPT-5.4 nano", "2026-03-17", { out: 128_000, reads: "ip", can: "tjr", tier: "fast", text: "Cheapest GPT-5.4." }, { openai: "gpt-5.4-nano" }],
  ["openai/gpt-5.5", "GPT-5.5", "2026-04-23", { out: 128_000, reads: "ip", can: "tjr", tier: "frontier", text: "Frontier reasoning model." }, { openai: "gpt-5.5" }],
  ["openai/gpt-oss-120b", "gpt-oss 120B", "2025-08-05", { out: 65_536, can: "tjr", tier: "mid", text: "Open-weight mixture-of-experts reasoning model." }, { groq: "openai/gpt-oss-120b", fireworks: "accounts/fireworks/models/gpt-oss-120b" }],
  ["openai/gpt-oss-20b", "gpt-oss 20B", "2025-08-05", { out: 65_536, can: "tjr", tier: "fast", text: "Small open-weight reasoning model." }, { groq: "openai/gpt-oss-20b", fireworks: "accounts/fireworks/models/gpt-oss-20b" }],

  // Embeddings, https://platform.openai.com/docs/guides/embeddings, https://ai.google.dev/gemini-api/docs/embeddings, https://docs.mistral.ai/capabilities/embeddings
  ["openai/text-embedding-3-small", "Text Embedding 3 small", "2024-01-25", { kind: "embedding", tier: "fast", text: "Small, inexpensive embeddings of 1,536 dimensions or fewer." }, { openai: "text-embedding-3-small" }],
  ["openai/text-embedding-3-large", "Text Embedding 3 large", "2024-01-25", { kind: "embedding", tier: "frontier", text: "OpenAI's best embeddings, of 3,072 dimensions or fewer." }, { openai: "text-embedding-3-large" }],
  ["openai/text-embedding-ada-002", "Text Embedding Ada 002", "2022-12-15", { kind: "embedding", tier: "mid", text: "Embeddings of the earlier generation, for stores that were filled with them." }, { openai: "text-embedding-ada-002" }],
  ["google/gemini-embedding-001", "Gemini Embedding 001", "2025-07-14", { kind: "embedding", ctx: 2_048, tier: "frontier", text: "Multilingual embeddings of up to 3,072 dimensions." }, { gemini: "gemini-embedding-001" }],
  ["mistralai/mistral-embed", "Mistral Embed", "2023-12-11", { kind: "embedding", tier: "mid", text: "Embeddings of 1,024 dimensions." }, { mistral: "mistral-embed" }],
  ["cohere/embed-v4.0", "Embed 4", "2025-04-15", { kind: "embedding", reads: "i", tier: "frontier", text: "Multilingual embeddings of 1,536 dimensions or fewer, of texts and images." }, { cohere: "embed-v4.0" }],

  // Anthropic, https://docs.anthropic.com/en/docs/about-claude/models
  ["anthropic/claude-3.5-haiku", "Claude Haiku 3.5", "2024-10-22", { out: 8_192, reads: "ip", can: "tj", tier: "fast", text: "Fast small model of the Claude 3.5 generation." }, { anthropic: "claude-3-5-haiku-latest" }],
  ["anthropic/claude-sonnet-4", "Claude Sonnet 4", "2025-05-14", { out: 64_000, reads: "ip", can: "tjr", tier: "mid", text: "Balanced model for code and agents." }, { anthropic: "claude-sonnet-4-0" }],
  ["anthropic/claude-opus-4.1", "Claude Opus 4.1", "2025-08-05", { out: 32_000, reads: "ip", can: "tjr", tier: "frontier", text: "Large model for hard coding and agentic tasks." }, { anthropic: "claude-opus-4-1" }],
  ["anthropic/claude-sonnet-4.5", "Claude Sonnet 4.5", "2025-09-29", { out: 64_000, reads: "ip", can: "tjr", tier: "mid", text: "Balanced model, strong at agents and code." }, { anthropic: "claude-sonnet-4-5" }],
  ["anthropic/claude-haiku-4.5", "Claude Haiku 4.5", "2025-10-01", { out: 64_000, reads: "ip", can: "tjr", tier: "fast", text: "Fast model near frontier quality." }, { anthropic: "claude-haiku-4-5" }],
  ["anthropic/claude-opus-4.5", "Claude Opus 4.5", "2025-11-01", { out: 64_000, reads: "ip", can: "tjr", tier: "frontier", text: "Frontier model for code, agents and long tasks." }, { anthropic: "claude-opus-4-5" }],
  ["anthropic/claude-opus-4.6", "Claude Opus 4.6", "2026-02-05", { out: 64_000, reads: "ip", can: "tjr", tier: "frontier", text: "Frontier model with a million tokens of context." }, { anthropic: "claude-opus-4-6" }],
  ["anthropic/claude-sonnet-4.6", "Claude Sonnet 4.6", "2026-02-17", { out: 64_000, reads: "ip", can: "tjr", tier: "mid", text: "Balanced model with a million tokens of context." }, { anthropic: "claude-sonnet-4-6" }],
  ["anthropic/claude-opus-4.7", "Claude Opus 4.7", "2026-04-01", { out: 64_000, reads: "ip", can: "tjr", tier: "frontier", text: "Frontier model for long agentic work." }, { anthropic: "claude-opus-4-7" }],
  ["anthropic/claude-sonnet-5", "Claude Sonnet 5", "2026-06-01", { out: 64_000, reads: "ip", can: "tjr", tier: "mid", text: "Balanced model of the Claude 5 generation." }, { anthropic: "claude-sonnet-5" }],
  ["anthropic/claude-opus-5", "Claude Opus 5", "2026-06-01", { out: 64_000, reads: "ip", can: "tjr", tier: "frontier", text: "Frontier model of the Claude 5 generation." }, { anthropic: "claude-opus-5" }],

  // Google, https://ai.google.dev/gemini-api/docs/models
  ["google/gemini-2.0-flash", "Gemini 2.0 Flash", "2025-02-05", { out: 8_192, reads: "ip", can: "tj", tier: "fast", text: "Fast multimodal model with a million tokens of context." }, { gemini: "gemini-2.0-flash" }],
  ["google/gemini-2.5-flash-lite", "Gemini 2.5 Flash-Lite", "2025-07-22", { out: 65_535, reads: "ip", can: "tjr", tier: "fast", text: "Cheapest of the 2.5 family; high volume, low latency." }, { gemini: "gemini-2.5-flash-lite" }],
  ["google/gemini-2.5-flash", "Gemini 2.5 Flash", "2025-06-17", { out: 65_535, reads: "ip", can: "tjr", tier: "fast", text: "Fast reasoning model with a million tokens of context." }, { gemini: "gemini-2.5-flash" }],
  ["google/gemini-2.5-pro", "Gemini 2.5 Pro", "2025-06-17", { ctx: 1_048_576, out: 65_535, reads: "ip", can: "tjr", tier: "frontier", text: "Reasoning model for code, mathematics and documents." }, { gemini: "gemini-2.5-pro" }],
  ["google/gemini-3-flash-preview", "Gemini 3 Flash (preview)", "2025-12-17", { out: 65_535, reads: "ip", can: "tjr", tier: "mid", text: "Fast model of the Gemini 3 generation." }, { gemini: "gemini-3-flash-preview" }],
  ["google/gemini-3.1-pro-preview", "Gemini 3.1 Pro (preview)", "2026-02-19", { ctx: 1_048_576, out: 65_535, reads: "ip", can: "tjr", tier: "frontier", text: "Frontier multimodal reasoning model." }, { gemini: "gemini-3.1-pro-preview" }],
  ["google/gemini-3.1-flash-lite", "Gemini 3.1 Flash-Lite", "2026-03-03", { out: 65_535, reads: "ip", can: "tjr", tier: "fast", text: "High volume at low latency." }, { gemini: "gemini-3.1-flash-lite" }],
  ["google/gemini-3.5-flash", "Gemini 3.5 Flash", "2026-05-19", { out: 65_535, reads: "ip", can: "tjr", tier: "mid", text: "Fast model of the Gemini 3.5 generation." }, { gemini: "gemini-3.5-flash" }],
  ["google/gemini-3.5-flash-lite", "Gemini 3.5 Flash-Lite", "2026-06-01", { out: 65_535, reads: "ip", can: "tjr", tier: "fast", text: "Cheap, fast model of the Gemini 3.5 generation." }, { gemini: "gemini-3.5-flash-lite" }],

  // Mistral, https://docs.mistral.ai/getting-started/models
  ["mistralai/mistral-large", "Mistral Large 3", "2025-12-02", { out: 32_768, reads: "i", can: "tj", tier: "mid", text: "Open-weight mixture-of-experts model with vision." }, { mistral: "mistral-large-2512" }],
  ["mistralai/mistral-medium-3.1", "Mistral Medium 3.1", "2025-08-12", { ctx: 131_072, out: 32_768, reads: "i", can: "tj", tier: "mid", text: "Multimodal model for business use." }, { mistral: "mistral-medium-2508" }],
  ["mistralai/mistral-small", "Mistral Small 4", "2026-03-16", { out: 32_768, reads: "i", can: "tj", tier: "fast", text: "Small, fast multimodal model." }, { mistral: "mistral-small-2603" }],
  ["mistralai/codestral", "Codestral 25.08", "2025-07-30", { out: 32_768, can: "tj", tier: "specialised", text: "Code completion and generation." }, { mistral: "codestral-2508" }],
  ["mistralai/devstral", "Devstral 2", "2025-12-09", { out: 32_768, can: "tj", tier: "specialised", text: "Agentic software engineering." }, { mistral: "devstral-2512" }],
  ["mistralai/ministral-14b", "Ministral 3 14B", "2025-12-02", { out: 32_768, reads: "i", can: "tj", tier: "fast", text: "Largest of the Ministral 3 family." }, { mistral: "ministral-14b-2512" }],
  ["mistralai/ministral-8b", "Ministral 3 8B", "2025-12-02", { out: 32_768, reads: "i", can: "tj", tier: "fast", text: "Efficient small model." }, { mistral: "ministral-8b-2512" }],
  ["mistralai/ministral-3b", "Ministral 3 3B", "2025-12-02", { out: 32_768, reads: "i", can: "tj", tier: "fast", text: "Smallest of the Ministral 3 family." }, { mistral: "ministral-3b-2512" }],

  // DeepSeek, https://api-docs.deepseek.com/quick_start/pricing
  ["deepseek/deepseek-chat", "DeepSeek Chat", "2024-12-26", { out: 8_192, can: "t", tier: "mid", text: "DeepSeek's chat model without reasoning." }, { deepseek: "deepseek-chat" }],
  ["deepseek/deepseek-reasoner", "DeepSeek Reasoner", "2025-01-20", { out: 32_768, can: "tr", tier: "mid", text: "DeepSeek's reasoning model." }, { deepseek: "deepseek-reasoner" }],
  ["deepseek/deepseek-v3.2", "DeepSeek V3.2", "2025-12-01", { out: 32_768, can: "tj", tier: "mid", text: "Open-weight model with sparse attention." }, { fireworks: "accounts/fireworks/models/deepseek-v3p2" }],
  ["deepseek/deepseek-v4-flash", "DeepSeek V4 Flash", "2026-04-24", { out: 65_536, can: "tr", tier: "fast", text: "Fast DeepSeek V4 with a million tokens of context." }, { deepseek: "deepseek-v4-flash", fireworks: "accounts/fireworks/models/deepseek-v4-flash" }],
  ["deepseek/deepseek-v4-pro", "DeepSeek V4 Pro", "2026-04-24", { out: 65_536, can: "tr", tier: "frontier", text: "Large DeepSeek V4 with a million tokens of context." }, { deepseek: "deepseek-v4-pro", fireworks: "accounts/fireworks/models/deepseek-v4-pro" }],

  // xAI, https://docs.x.ai/docs/models
  ["x-ai/grok-3-mini", "Grok 3 Mini", "2025-04-09", { out: 32_768, can: "tjr", tier: "fast", text: "Small reasoning model." }, { xai: "grok-3-mini" }],
  ["x-ai/grok-4", "Grok 4", "2025-07-09", { out: 64_000, reads: "i", can: "tjr", tier: "frontier", text: "Frontier reasoning model." }, { xai: "grok-4-0709" }],
  ["x-ai/grok-4-fast", "Grok 4 Fast", "2025-09-19", { out: 64_000, reads: "i", can: "tjr", tier: "fast", text: "Cost-efficient reasoning with two million tokens of context." }, { xai: "grok-4-fast-reasoning" }],
  ["x-ai/grok-4.1-fast", "Grok 4.1 Fast", "2025-11-19", { out: 64_000, reads: "i", can: "tjr", tier: "fast", text: "Tool-calling model with two million tokens of context." }, { xai: "grok-4-1-fast-reasoning" }],
  ["x-ai/grok-4.3", "Grok 4.3", "2026-04-01", { out: 64_000, reads: "i", can: "tjr", tier: "frontier", text: "Frontier reasoning model." }, { xai: "grok-4.3" }],
  ["x-ai/grok-code-fast-1", "Grok Code Fast 1", "2025-08-28", { out: 10_000, can: "tjr", tier: "specialised", text: "Fast model for agentic coding." }, { xai: "grok-code-fast-1" }],

  // Meta, served by hosts: https://console.groq.com/docs/models, https://docs.together.ai/docs/serverless-models, https://fireworks.ai/models
  ["meta-llama/llama-3.1-8b-instruct", "Llama 3.1 8B Instruct", "2024-07-23", { ctx: 131_000, out: 8_192, can: "t", tier: "fast", text: "Small open-weight model." }, { groq: "llama-3.1-8b-instant", together: "meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo", fireworks: "accounts/fireworks/models/llama-v3p1-8b-instruct" }],
  ["meta-llama/llama-3.3-70b-instruct", "Llama 3.3 70B Instruct", "2024-12-06", { ctx: 131_072, out: 32_768, can: "t", tier: "mid", text: "Open-weight model for dialogue and tools." }, { groq: "llama-3.3-70b-versatile", together: "meta-llama/Llama-3.3-70B-Instruct-Turbo" }],
  ["meta-llama/llama-4-scout", "Llama 4 Scout", "2025-04-05", { ctx: 131_072, out: 8_192, reads: "i", can: "tj", tier: "fast", text: "Open-weight multimodal mixture of 16 experts." }, { groq: "meta-llama/llama-4-scout-17b-16e-instruct", together: "meta-llama/Llama-4-Scout-17B-16E-Instruct" }],
  ["meta-llama/llama-4-maverick", "Llama 4 Maverick", "2025-04-05", { ctx: 131_072, out: 8_192, reads: "i", can: "tj", tier: "mid", text: "Open-weight multimodal mixture of 128 experts." }, { groq: "meta-llama/llama-4-maverick-17b-128e-instruct", together: "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8", fireworks: "accounts/fireworks/models/llama4-maverick-instruct-basic" }],

  // Qwen and Moonshot, served by hosts
  ["qwen/qwen3-32b", "Qwen3 32B", "2025-04-28", { out: 40_960, can: "tr", tier: "fast", text: "Dense open-weight model with switchable reasoning." }, { groq: "qwen/qwen3-32b" }],
  ["qwen/qwen3-235b-a22b", "Qwen3 235B A22B", "2025-04-28", { out: 32_768, can: "tr", tier: "mid", text: "Open-weight mixture of experts with switchable reasoning." }, { fireworks: "accounts/fireworks/models/qwen3-235b-a22b" }],
  ["qwen/qwen2.5-vl-72b-instruct", "Qwen2.5 VL 72B Instruct", "2025-01-26", { out: 8_192, reads: "i", can: "j", tier: "specialised", text: "Open-weight vision-language model." }, { fireworks: "accounts/fireworks/models/qwen2p5-vl-72b-instruct" }],
  ["moonshotai/kimi-k2", "Kimi K2", "2025-07-11", { out: 16_384, can: "t", tier: "mid", text: "Open-weight mixture of experts for agents." }, { groq: "moonshotai/kimi-k2-instruct" }],
  ["moonshotai/kimi-k2.5", "Kimi K2.5", "2026-01-27", { out: 32_768, reads: "i", can: "tjr", tier: "mid", text: "Open-weight multimodal agentic model." }, { fireworks: "accounts/fireworks/models/kimi-k2p5" }],
];

/** Dated names that Anthropic's page lists for the undated alias we send; official clients pin them. */
export const ANTHROPIC_SNAPSHOTS = {
  "claude-3-5-haiku-20241022": "anthropic/claude-3.5-haiku",
  "claude-sonnet-4-20250514": "anthropic/claude-sonnet-4",
  "claude-opus-4-1-20250805": "anthropic/claude-opus-4.1",
  "claude-sonnet-4-5-20250929": "anthropic/claude-sonnet-4.5",
  "claude-haiku-4-5-20251001": "anthropic/claude-haiku-4.5",
  "claude-opus-4-5-20251101": "anthropic/claude-opus-4.5",
};

/**
 * The same models in the big clouds, under the names that those give them: Bedrock's global inference profiles
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html) and Vertex AI, whose Gemini names are Google's own.
 */
export const HOSTED = {
  "anthropic/claude-sonnet-4": { "bedrock-anthropic": "global.anthropic.claude-sonnet-4-20250514-v1:0" },
  "anthropic/claude-sonnet-4.5": { "bedrock-anthropic": "global.anthropic.claude-sonnet-4-5-20250929-v1:0", "vertex-anthropic": "claude-sonnet-4-5" },
  "anthropic/claude-haiku-4.5": { "bedrock-anthropic": "global.anthropic.claude-haiku-4-5-20251001-v1:0" },
  "anthropic/claude-opus-4.6": { "vertex-anthropic": "claude-opus-4-6" }, "anthropic/claude-sonnet-4.6": { "vertex-anthropic": "claude-sonnet-4-6" }, "anthropic/claude-opus-4.7": { "vertex-anthropic": "claude-opus-4-7" },
  "openai/o4-mini": { "azure-openai": "o4-mini" }, "openai/text-embedding-3-small": { "azure-openai": "text-embedding-3-small" }, "openai/text-embedding-3-large": { "azure-openai": "text-embedding-3-large" },
  "google/gemini-2.5-flash-lite": { vertex: "gemini-2.5-flash-lite" }, "google/gemini-2.5-flash": { vertex: "gemini-2.5-flash" }, "google/gemini-2.5-pro": { vertex: "gemini-2.5-pro" },
  "google/gemini-3-flash-preview": { vertex: "gemini-3-flash-preview" }, "google/gemini-3.1-pro-preview": { vertex: "gemini-3.1-pro-preview" }, "google/gemini-3.1-flash-lite": { vertex: "gemini-3.1-flash-lite" },
  "google/gemini-3.5-flash": { vertex: "gemini-3.5-flash" }, "google/gemini-3.5-flash-lite": { vertex: "gemini-3.5-flash-lite" },
};
