/**
 * Replicate's official language models that are billed by token and read one prompt. The price package that the catalogue is built from
 * does not carry them, so they stand here, as of 2026-11-23: USD a million tokens in and out from litellm 1.109.1 (MIT,
 * https://github.com/BerriAI/litellm, model_prices_and_context_window.json, the entry `replicate/<name>`). Replicate shows the price of each on
 * its own page, https://replicate.com/<name>. A name without an entry there is not listed here, and so not served.
 */
export const REPLICATE_SOURCE = "litellm@1.109.1";
/** As for every price whose first day nobody tells. */
export const REPLICATE_SINCE_MS = Date.parse("2020-01-01T00:00:00Z");

/** Our model → [Replicate's name, USD a million tokens in, out]. */
export const REPLICATE = {
  "deepseek/deepseek-r1": ["deepseek-ai/deepseek-r1", 3.75, 10],
  "deepseek/deepseek-chat-v3.1": ["deepseek-ai/deepseek-v3.1", 0.672, 2.016],
  "openai/gpt-oss-120b": ["openai/gpt-oss-120b", 0.18, 0.72],
  "openai/gpt-oss-20b": ["openai/gpt-oss-20b", 0.09, 0.36],
  "meta-llama/llama-2-70b-chat": ["meta/llama-2-70b-chat", 0.65, 2.75],
};
