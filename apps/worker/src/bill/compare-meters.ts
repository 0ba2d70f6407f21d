// Holds what Stripe has counted against what was sent and what the ledger asks for, and names the kind of each gap. It changes nothing:
// what follows from a gap is the operator's decision (docs/runbooks/meter-gap.md).
import { ensureMeters, loadMeterTotal, METERS } from "@trunkline/billing";
import type { MeterName, StripeClient } from "@trunkline/billing";
import { ExportsDisagree } from "@trunkline/db/worker";
import type { ExportBook, WorkerDb } from "@trunkline/db/worker";
import type { WindowRange } from "../stages.ts";

/**
 * `agrees` · `doubt_counted`: Stripe holds more, as much as events in doubt explain · `missing`: Stripe holds less than it accepted ·
 * `excess`: it holds more than was ever sent · `unexported`: closed windows that no row covers · `rows_exceed_ledger`: rows and ledger
 * contradict each other, and exporting has stopped by itself.
 */
export type GapKind = "agrees" | "doubt_counted" | "missing" | "excess" | "unexported" | "rows_exceed_ledger";

/** Amounts in the meter's unit: micro-USD, or requests. */
export interface MeterComparison {
  readonly organizationId: string;
  readonly meter: MeterName;
  readonly kind: GapKind;
  /** In rows whose arrival is certain. */
  readonly sent: bigint;
  /** In rows whose outcome is unknown. */
  readonly inDoubt: bigint;
  readonly stripe: bigint;
}

export interface ComparePorts {
  readonly db: Pick<WorkerDb, "findExportCandidates" | "withExportLock">;
  readonly stripe: StripeClient;
  readonly clock: () => number;
  readonly findClosedWindows: (nowMs: number) => WindowRange;
}

export function classifyGap({ sent, inDoubt, stripe }: Pick<MeterComparison, "sent" | "inDoubt" | "stripe">): GapKind {
  if (stripe === sent) return "agrees";
  if (stripe < sent) return "missing";
  return stripe <= sent + inDoubt ? "doubt_counted" : "excess";
}

/** Compares every customer with usage in the windows that can still be exported. `skipped` counts meters that were being exported at the moment. */
export async function compareMeters(ports: ComparePorts): Promise<{ readonly comparisons: readonly MeterComparison[]; readonly skipped: number }> {
  const range = ports.findClosedWindows(ports.clock());
  const candidates = await ports.db.findExportCandidates(range);
  const known = candidates.flatMap(({ organizationId, stripeCustomerId }) => (stripeCustomerId === null ? [] : [{ organizationId, customerId: stripeCustomerId }]));
  if (known.length === 0) return { comparisons: [], skipped: 0 };
  const meterIds = await ensureMeters(ports.stripe);
  const comparisons: MeterComparison[] = [];
  let skipped = 0;
  for (const { organizationId, customerId } of known) {
    for (const meter of Object.keys(METERS) as MeterName[]) {
      const found = await ports.db.withExportLock({ organizationId, meter: METERS[meter].eventName, measure: meter }, async (book) => {
        const stripe = await loadMeterTotal(ports.stripe, { meterId: meterIds[meter], customerId, nowMs: ports.clock() });
        return { organizationId, meter, ...await compareBook(book, { range, stripe }) };
      });
      if (found === null) skipped += 1;
      else comparisons.push(found);
    }
  }
  return { comparisons, skipped };
}

async function compareBook(book: ExportBook, { range, stripe }: { readonly range: WindowRange; readonly stripe: bigint }): Promise<Omit<MeterComparison, "organizationId" | "meter">> {
  const [totals, unsent] = [await book.loadTotals(), await book.listUnsent()];
  const sum = (rows: typeof unsent): bigint => rows.reduce((total, row) => total + row.value, 0n);
  const amounts = { sent: totals.value - sum(unsent), inDoubt: sum(unsent.filter((row) => row.sendingAtMs !== null)), stripe };
  const kind = classifyGap(amounts);
  return { ...amounts, kind: kind === "agrees" ? await ledgerGap(book, range) : kind };
}

async function ledgerGap(book: ExportBook, range: WindowRange): Promise<GapKind> {
  try {
    return (await book.findUnexported(range)).length === 0 ? "agrees" : "unexported";
  } catch (error) {
    if (error instanceof ExportsDisagree) return "rows_exceed_ledger";
    throw error;
  }
}
