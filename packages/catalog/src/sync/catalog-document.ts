import { z } from "zod";
import type { CatalogRows } from "../snapshot.ts";

const digits = z.string().regex(/^\d{1,18}$/).transform(BigInt);
const id = z.string().min(1).max(128);
const modelId = id.regex(/^[a-z0-9~][\w.-]*\/[\w.:-]+$/i);

const model = z.object({
  id: modelId, name: z.string().min(1).max(128), author: z.string().min(1).max(64), createdAt: z.int().min(0), contextTokens: z.int().min(1), maxOutputTokens: z.int().min(0), kind: z.enum(["chat", "embedding"]).optional(),
  inputModalities: z.array(z.enum(["text", "image", "audio", "pdf"])).min(1), tools: z.boolean(), jsonSchema: z.boolean(), reasoning: z.boolean(), tier: z.enum(["frontier", "mid", "fast", "specialised"]), description: z.string().max(500),
}).transform(({ kind, ...rest }) => (kind === undefined ? rest : { ...rest, kind }));
const endpoint = z.object({ provider: id, model: modelId, upstreamModel: z.string().min(1).max(256) });
const tokenPrices = { inputNanoUsdPerMillion: digits, cacheReadNanoUsdPerMillion: digits, cacheWriteNanoUsdPerMillion: digits, outputNanoUsdPerMillion: digits };
const steps = z.array(z.object({ aboveInputTokens: z.int().min(0), ...tokenPrices })).min(1).max(16);
const price = z.object({
  id: z.string().min(1).max(200), provider: id, model: modelId, effectiveFromMs: z.int().min(0), effectiveToMs: z.int().min(0).nullable(),
  ...tokenPrices, steps: steps.optional(), source: z.string().min(1).max(256),
}).transform(({ steps: given, ...rest }) => (given === undefined ? rest : { ...rest, steps: given.toSorted((left, right) => left.aboveInputTokens - right.aboveInputTokens) }));
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
