import type { MeterName } from "@trunkline/billing";
import type { ExportBook } from "@trunkline/db/worker";
import type { Logger } from "@trunkline/telemetry";

/** Closed windows, from inclusive to exclusive; both ends fall on window bounds. */
export interface WindowRange { readonly fromMs: number; readonly toMs: number; readonly windowMs: number }

/** aggregate → bill: opens the rows of a (customer, meter) that its ledger asks for; returns how many. */
export type OpenExports = (book: ExportBook, options: { readonly meter: MeterName; readonly customerId: string; readonly range: WindowRange; readonly nowMs: number }) => Promise<number>;

export interface ReportOutcome {
  readonly kind: "opened" | "accepted" | "duplicate" | "refused" | "ambiguous" | "stopped" | "failed";
  readonly organizationId: string;
  readonly meter: MeterName | null;
  readonly count: number;
  readonly message: string | null;
}

/** What the worker asks of a logger; which fields a line may carry is the telemetry package's list. */
export type Log = Pick<Logger, "info" | "warn" | "error">;
