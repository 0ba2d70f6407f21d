import { z } from "zod";

/** Bounds sized for agents; beyond them a request is a mistake or an attack. */
export const MESSAGES_MAX = 10_000;
export const TOOLS_MAX = 1_000;
export const MODELS_MAX = 8;
const METADATA_KEYS_MAX = 64;
export const COUNT_MAX = 10_000_000;
export const MODEL_CHARS_MAX = 256;
export const USER_CHARS_MAX = 512;

const providerNames = z.array(z.string().min(1).max(64)).max(64);

/** Providers as OpenRouter defines them: https://openrouter.ai/docs/guides/routing/provider-selection */
const providerSchema = z.looseObject({
  order: providerNames.nullish(),
  only: providerNames.nullish(),
  ignore: providerNames.nullish(),
  sort: z.enum(["price", "latency", "throughput"]).nullish(),
  allow_fallbacks: z.boolean().nullish(),
  require_parameters: z.boolean().nullish(),
  data_collection: z.enum(["allow", "deny"]).nullish(),
  zdr: z.boolean().nullish(),
  max_price: z.looseObject({ prompt: z.coerce.number().min(0).nullish(), completion: z.coerce.number().min(0).nullish() }).nullish(),
});

const routingSchema = z.strictObject({
  task: z.string().min(1).max(64).nullish(),
  max_cost_usd: z.number().positive().max(1000).nullish(),
  deadline_ms: z.int().min(100).max(900_000).nullish(),
  losses: z.enum(["strict", "warn", "allow"]).nullish(),
  explain: z.boolean().nullish(),
  fallbacks: z.boolean().nullish(),
});

const model = z.string().min(1).max(MODEL_CHARS_MAX).describe("`author/model`, a provider's own name, `auto`, `@preset/<slug>[:version]`; suffix `:floor` or `:nitro`");
const tokens = z.int().min(1).max(COUNT_MAX).nullish();

/** What every inbound API carries beyond its own wire. Unknown fields stay untouched. */
const shared = {
  model: model.nullish(),
  models: z.array(model).max(MODELS_MAX).nullish(),
  routing_preset: z.string().min(1).max(64).nullish(),
  provider: providerSchema.nullish(),
  routing: routingSchema.nullish(),
  session_id: z.string().max(256).nullish(),
  stream: z.boolean().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  tools: z.array(z.looseObject({})).max(TOOLS_MAX).nullish(),
};

const metadata = z.record(z.string().max(64), z.unknown()).refine((value) => Object.keys(value).length <= METADATA_KEYS_MAX, { error: `at most ${METADATA_KEYS_MAX} keys` });

export const chatCompletionsBodySchema = z.looseObject({
  ...shared,
  messages: z.array(z.looseObject({ role: z.enum(["system", "developer", "user", "assistant", "tool", "function"]) })).min(1).max(MESSAGES_MAX),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: tokens,
  max_completion_tokens: tokens,
  n: z.int().min(1).max(128).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(64)]).nullish(),
  response_format: z.looseObject({ type: z.string() }).nullish(),
  reasoning_effort: z.string().max(32).nullish(),
  user: z.string().max(USER_CHARS_MAX).nullish(),
  metadata: metadata.nullish(),
});

export const messagesBodySchema = z.looseObject({
  ...shared,
  messages: z.array(z.looseObject({ role: z.enum(["user", "assistant", "system"]), content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]) })).min(1).max(MESSAGES_MAX),
  max_tokens: z.int().min(1).max(COUNT_MAX),
  system: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]).nullish(),
  thinking: z.looseObject({ type: z.string() }).nullish(),
  metadata: z.looseObject({ user_id: z.string().max(512).nullish() }).nullish(),
});

const ITEMS_MAX = MESSAGES_MAX;

export const responsesBodySchema = z.looseObject({
  ...shared,
  input: z.union([z.string().min(1), z.array(z.looseObject({})).min(1).max(ITEMS_MAX)]),
  instructions: z.string().nullish(),
  max_output_tokens: tokens,
  reasoning: z.looseObject({ effort: z.string().max(32).nullish(), summary: z.string().max(32).nullish() }).nullish(),
  text: z.looseObject({ format: z.looseObject({ type: z.string() }).nullish() }).nullish(),
  store: z.boolean().nullish(),
  background: z.boolean().nullish(),
  previous_response_id: z.string().max(256).nullish(),
  user: z.string().max(512).nullish(),
  safety_identifier: z.string().max(512).nullish(),
  metadata: metadata.nullish(),
});

/** Prompts of one legacy body: each is an answer of its own. */
const PROMPTS_MAX = 128;

export const completionsBodySchema = z.looseObject({
  ...shared,
  prompt: z.union([z.string(), z.array(z.string()).min(1).max(PROMPTS_MAX), z.array(z.int().min(0)).min(1), z.array(z.array(z.int().min(0)).min(1)).min(1).max(PROMPTS_MAX)]),
  suffix: z.string().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: tokens,
  n: z.int().min(1).max(128).nullish(),
  best_of: z.int().min(1).max(20).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(64)]).nullish(),
  user: z.string().max(USER_CHARS_MAX).nullish(),
  metadata: metadata.nullish(),
});

/** OpenAI's own bound of a batch; others have lower ones, and say so themselves. */
const INPUTS_MAX = 2_048;
const tokenIds = z.array(z.int().min(0)).min(1);

export const embeddingsBodySchema = z.looseObject({
  model,
  input: z.union([z.string().min(1), z.array(z.string()).min(1).max(INPUTS_MAX), tokenIds, z.array(tokenIds).min(1).max(INPUTS_MAX)]),
  dimensions: z.int().min(1).max(65_536).nullish(),
  encoding_format: z.enum(["float", "base64"]).nullish(),
  provider: providerSchema.nullish(),
  routing: routingSchema.nullish(),
  session_id: z.string().max(256).nullish(),
  user: z.string().max(USER_CHARS_MAX).nullish(),
  metadata: metadata.nullish(),
});

/** The Messages body without the field that counting does not need. */
export const countTokensBodySchema = messagesBodySchema.omit({ max_tokens: true });

export type SharedFields = Pick<z.infer<typeof chatCompletionsBodySchema>, keyof typeof shared>;
export type ChatCompletionsBody = z.infer<typeof chatCompletionsBodySchema>;
export type EmbeddingsBody = z.infer<typeof embeddingsBodySchema>;
export type MessagesBody = z.infer<typeof messagesBodySchema>;
