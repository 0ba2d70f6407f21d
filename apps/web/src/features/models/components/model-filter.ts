/** Which models the page shows, and in what order. */
import type { ModelView } from "../../../server/views.ts";

/** As much as anybody reads at once; hundreds of rows would make the page slow to search. */
export const PAGE_ROWS = 50;

export const CAPABILITIES = ["anything", "image", "audio", "pdf", "tools", "json schema", "reasoning"] as const;
export type Capability = (typeof CAPABILITIES)[number];
export const SORTS = ["name", "context", "input price", "output price"] as const;
export type Sort = (typeof SORTS)[number];

/** What a model takes and gives beyond text. */
export function capabilitiesOf(model: ModelView): string[] {
  const inputs = model.inputModalities.filter((one) => one !== "text");
  return [...inputs, ...(model.tools ? ["tools"] : []), ...(model.jsonSchema ? ["json schema"] : []), ...(model.reasoning ? ["reasoning"] : [])];
}

/** `1M`, `200k`. */
export const tokensText = (count: number): string => (count >= 1_000_000 ? `${Math.round(count / 100_000) / 10}M` : count >= 1_000 ? `${Math.round(count / 1_000)}k` : String(count));

/** Every word is somewhere in names, author, tier or providers. `provider` "" is any. */
export function isMatch(model: ModelView, { text, capability, provider }: { text: string; capability: Capability; provider: string }): boolean {
  if (capability !== "anything" && !capabilitiesOf(model).includes(capability)) return false;
  if (provider !== "" && !model.providers.some((one) => one.provider === provider)) return false;
  const whole = `${model.id} ${model.name} ${model.author} ${model.tier} ${model.providers.map((one) => one.provider).join(" ")}`.toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => whole.includes(word));
}

/** The lowest of the providers; a model that nobody sells comes last. */
const lowest = (model: ModelView, field: "inputUsdPerMillion" | "outputUsdPerMillion"): number => Math.min(Number.POSITIVE_INFINITY, ...model.providers.map((one) => Number(one[field])));
/** The order of the catalogue, with the models first that routing may choose by itself. */
export const byName = (a: Pick<ModelView, "tier">, b: Pick<ModelView, "tier">): number => Number(a.tier === "specialised") - Number(b.tier === "specialised");
const ORDERS: Readonly<Record<Sort, (a: ModelView, b: ModelView) => number>> = {
  "name": byName, "context": (a, b) => b.contextTokens - a.contextTokens,
  "input price": (a, b) => compare(lowest(a, "inputUsdPerMillion"), lowest(b, "inputUsdPerMillion")), "output price": (a, b) => compare(lowest(a, "outputUsdPerMillion"), lowest(b, "outputUsdPerMillion")),
};
/** Two absent prices are equal: their difference would be no number. */
const compare = (a: number, b: number): number => (a === b ? 0 : a - b);

/** Equal models keep the order of the catalogue. */
export const sorted = (models: readonly ModelView[], sort: Sort): ModelView[] => models.toSorted(ORDERS[sort]);
