import { PART_PRICES, priceExtrasFromText, tokenPricesFromText, type PartPrices, type PriceExtrasText, type TokenPricesText } from "@trunkline/contracts";
import { z } from "zod";
import type { CatalogRows } from "../snapshot.ts";

const id = z.string().min(1).max(128);
const modelId = id.regex(/^[a-z0-9~][\w.-]*\/[\w.:-]+$/i);

const model = z.object({
  id: modelId, name: z.string().min(1).max(128), author: z.string().min(1).max(64), createdAt: z.int().min(0), contextTokens: z.int().min(1), maxOutputTokens: z.int().min(0), kind: z.enum(["chat", "embedding"]).optional(),
  inputModalities: z.array(z.enum(["text", "image", "audio", "pdf"])).min(1), tools: z.boolean(), jsonSchema: z.boolean(), reasoning: z.boolean(), tier: z.enum(["frontier", "mid", "fast", "specialised"]), description: z.string().max(500),
}).transform(({ kind, ...rest }) => (kind === undefined ? rest : { ...rest, kind }));
const endpoint = z.object({ provider: id, model: modelId, upstreamModel: z.string().min(1).max(256) });
const text = z.string().regex(/^\d{1,18}$/);
const partPrices = z.strictObject(Object.fromEntries(PART_PRICES.map((name) => [name, text.optional()])) as Record<keyof PartPrices, z.ZodOptional<typeof text>>);
const tokenPrices = { inputNanoUsdPerMillion: text, cacheReadNanoUsdPerMillion: text, cacheWriteNanoUsdPerMillion: text, outputNanoUsdPerMillion: text, parts: partPrices.optional() };
const minute = z.int().min(0).max(1_440);
const hours = z.array(z.object({ fromMinute: minute, toMinute: minute, ...tokenPrices })).min(1).max(24);
const tierPerMille = z.record(z.string().min(1).max(32), z.int().min(1).max(100_000));
const steps = z.array(z.object({ aboveInputTokens: z.int().min(0), ...tokenPrices })).min(1).max(16);
const price = z.object({
  id: z.string().min(1).max(200), provider: id, model: modelId, effectiveFromMs: z.int().min(0), effectiveToMs: z.int().min(0).nullable(),
  ...tokenPrices, steps: steps.optional(), hours: hours.optional(), tierPerMille: tierPerMille.optional(), source: z.string().min(1).max(256),
}).transform((row) => {
  const read = row as typeof row & TokenPricesText & PriceExtrasText;
  const extras = priceExtrasFromText(read);
  return {
    id: row.id, provider: row.provider, model: row.model, effectiveFromMs: row.effectiveFromMs, effectiveToMs: row.effectiveToMs, source: row.source, ...tokenPricesFromText(read), ...extras,
    ...(extras.steps ? { steps: extras.steps.toSorted((left, right) => left.aboveInputTokens - right.aboveInputTokens) } : {}),
  };
});
const documentSchema = z.object({ models: z.array(model), endpoints: z.array(endpoint), prices: z.array(price) });

/** Reads a catalogue in the form of seed.json, prices as decimal text of nano-USD; null for a document of another form. Throws an Error that names the first field at fault. */
export function parseCatalogDocument(text: string): CatalogRows | null {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== "object" || parsed === null || !("endpoints" in parsed)) return null;
  const checked = documentSchema.safeParse(parsed);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  throw new Error(`the catalogue document: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "is malformed"}`);
}
