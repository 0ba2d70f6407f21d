/** `catalog correct`: a price version was wrong. Says what the right one comes to for every organization and, with `--apply`, posts it. */
import { correctionEntriesFor } from "@trunkline/billing";
import { correctedSums } from "@trunkline/catalog";
import { nanoFromUsdText, usdTextFromNano, type PriceVersion } from "@trunkline/contracts";
import { changeCatalog, correctPrice } from "@trunkline/db/web";
import type { CliEnv } from "../env.ts";
import { UsageError, type Arguments } from "./arguments.ts";

const PRICES = { input: "inputNanoUsdPerMillion", "cache-read": "cacheReadNanoUsdPerMillion", "cache-write": "cacheWriteNanoUsdPerMillion", output: "outputNanoUsdPerMillion" } as const;

export interface CorrectionReport {
  readonly version: string; readonly applied: boolean;
  readonly organizations: readonly { readonly organizationId: string; readonly requests: number; readonly deltaUsd: string }[];
  /** Negative: owed to customers. */
  readonly deltaUsd: string;
}

export async function correct(env: CliEnv, { flags }: Arguments): Promise<CorrectionReport> {
  const wrong = await findVersion(env, required(flags, "version"));
  const right = rightPrice(wrong, flags);
  const reason = flags.get("reason") ?? `The price of ${wrong.model} at ${wrong.provider} was wrong.`;
  const options = {
    databaseUrl: env.DATABASE_URL, nowMs: Date.now(), priceVersionId: wrong.id, reason, range: { fromMs: instant(flags, "from"), toMs: instant(flags, "to") },
    prices: Object.fromEntries(Object.values(PRICES).map((name) => [name, right[name].toString()])),
    correct: (request: Parameters<typeof correctedSums>[0]) => correctedSums(request, { wrong, right }), entriesFor: correctionEntriesFor,
  };
  const planned = await correctPrice({ ...options, isDry: true });
  const apply = flags.has("apply");
  if (apply && planned.some(({ deltaNanoUsd }) => deltaNanoUsd > 0n) && !flags.has("raise")) throw new UsageError("some organizations would owe more than they were told; add --raise if that is meant");
  const totals = apply ? await correctPrice({ ...options, isDry: false }) : planned;
  return {
    version: wrong.id, applied: apply, organizations: totals.map(({ organizationId, requests, deltaNanoUsd }) => ({ organizationId, requests, deltaUsd: usdTextFromNano(deltaNanoUsd) })),
    deltaUsd: usdTextFromNano(totals.reduce((sum, { deltaNanoUsd }) => sum + deltaNanoUsd, 0n)),
  };
}

function required(flags: Arguments["flags"], name: string): string {
  const value = flags.get(name);
  if (value === undefined || value === "true") throw new UsageError(`--${name} is missing`);
  return value;
}

async function findVersion(env: CliEnv, id: string): Promise<PriceVersion> {
  const versions = await changeCatalog({ databaseUrl: env.DATABASE_URL, nowMs: Date.now(), decide: ({ catalog }) => ({ writes: null, decision: [...catalog.prices.values()].flat() }) });
  const found = versions.find((version) => version.id === id);
  if (found === undefined) throw new UsageError(`there is no price version ${id}; a receipt names its own (price_version)`);
  if (found.steps !== undefined || found.hours !== undefined) throw new UsageError("a version whose price changes with the prompt's length or the hour cannot be corrected by four prices");
  return found;
}

/** What is not given stays as it was; what is priced apart too. */
function rightPrice(wrong: PriceVersion, flags: Arguments["flags"]): PriceVersion {
  const given = Object.entries(PRICES).flatMap(([flag, name]) => (flags.has(flag) ? [[name, nanoFromUsdText(required(flags, flag))] as const] : []));
  if (given.length === 0) throw new UsageError("give at least one right price in USD per million tokens: --input, --output, --cache-read, --cache-write");
  return { ...wrong, ...Object.fromEntries(given) };
}

function instant(flags: Arguments["flags"], name: string): number | null {
  if (!flags.has(name)) return null;
  const ms = Date.parse(required(flags, name));
  if (Number.isNaN(ms)) throw new UsageError(`--${name} must be a time such as 2026-11-01T00:00:00Z`);
  return ms;
}
