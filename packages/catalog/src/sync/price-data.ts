/**
 * The data of genai-prices (MIT, https://github.com/pydantic/genai-prices) as this package reads it: from the installed package, or as the JSON
 * document of a newer release. Decides what that document must look like; what the prices mean is `price-versions.ts`'s matter.
 */
import { findProvider } from "@pydantic/genai-prices";

export type NameMatch =
  | { readonly or: readonly NameMatch[] } | { readonly and: readonly NameMatch[] } | { readonly equals: string } | { readonly starts_with: string }
  | { readonly ends_with: string } | { readonly contains: string } | { readonly regex: string };
export interface SteppedPrice { readonly base: number; readonly tiers: readonly { readonly start: number; readonly price: number }[] }
export type UnitPrices = Readonly<Record<string, number | SteppedPrice | undefined>>;
export interface DatedPrices { readonly constraint?: { readonly type?: string; readonly start_date?: string; readonly start_time?: string; readonly end_time?: string } | undefined; readonly prices: UnitPrices }
export interface PricedModel {
  readonly id: string;
  readonly name?: string | undefined;
  readonly match: NameMatch;
  readonly context_window?: number | undefined;
  readonly deprecated?: boolean | undefined;
  readonly prices: UnitPrices | readonly DatedPrices[];
}
export interface PricedProvider { readonly id: string; readonly models: readonly PricedModel[] }
export type PriceData = ReadonlyMap<string, readonly PricedModel[]>;

/** Names that the package lists one by one. */
export function listedNames(match: NameMatch): readonly string[] {
  if ("equals" in match) return [match.equals];
  return "or" in match ? match.or.flatMap(listedNames) : [];
}

/** Whether a name is the entry's by the package's own rule, which ignores case. */
export function isNamed(match: NameMatch, name: string): boolean {
  const text = name.toLowerCase();
  if ("or" in match) return match.or.some((one) => isNamed(one, name));
  if ("and" in match) return match.and.every((one) => isNamed(one, name));
  if ("equals" in match) return text === match.equals.toLowerCase();
  if ("starts_with" in match) return text.startsWith(match.starts_with.toLowerCase());
  if ("ends_with" in match) return text.endsWith(match.ends_with.toLowerCase());
  if ("contains" in match) return text.includes(match.contains.toLowerCase());
  return new RegExp(match.regex).test(name);
}

/** What the installed package holds of the named providers. */
export function installedPriceData(sources: Iterable<string>): PriceData {
  const found = new Map<string, readonly PricedModel[]>();
  for (const id of sources) found.set(id, (findProvider({ providerId: id })?.models ?? []) as unknown as readonly PricedModel[]);
  return found;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);
const isPrice = (value: unknown): boolean => value === undefined || value === null || isAmount(value) || (isRecord(value) && isAmount(value["base"]) && Array.isArray(value["tiers"]) && value["tiers"].every((tier) => isRecord(tier) && isAmount(tier["start"]) && isAmount(tier["price"])));
const isAmount = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value) && value >= 0;
const isPrices = (value: unknown): boolean => Array.isArray(value) ? value.every((item) => isRecord(item) && isRecord(item["prices"]) && Object.values(item["prices"]).every(isPrice)) : isRecord(value) && Object.values(value).every(isPrice);
const isModel = (value: unknown): boolean => isRecord(value) && typeof value["id"] === "string" && isRecord(value["match"]) && isPrices(value["prices"]);

/** Reads the JSON document of a release. Throws an Error that names the first provider or model that is not what it should be. */
export function parsePriceData(text: string): PriceData {
  const parsed: unknown = JSON.parse(text);
  const list: unknown = isRecord(parsed) ? parsed["providers"] : parsed;
  if (!Array.isArray(list) || list.length === 0) throw new Error("the price document holds no list of providers");
  const found = new Map<string, readonly PricedModel[]>();
  for (const item of list as readonly unknown[]) {
    if (!isRecord(item) || typeof item["id"] !== "string" || !Array.isArray(item["models"])) throw new Error("the price document has a provider without id or models");
    const wrong = item["models"].find((model) => !isModel(model)) as { id?: unknown } | undefined;
    if (wrong !== undefined) throw new Error(`the price document's ${item["id"]} has a model that cannot be read: ${String(wrong.id)}`);
    found.set(item["id"], item["models"] as readonly PricedModel[]);
  }
  return found;
}
