// One tick of the meter export: for each organization with live usage, a Stripe customer, then for each meter the rows to open and
// the rows to send. It promises at most one call at a time for a customer and meter, over all workers, and that no value is counted
// twice: a row leaves `sending` only by an answer, and is repeated only under its own identifier.
import { ensureCustomer, ensureMeters, METERS, sendMeterEvent } from "@trunkline/billing";
import type { MeterName, StripeClient } from "@trunkline/billing";
import type { ExportBook, ExportCandidate, ExportRow, WorkerDb } from "@trunkline/db/worker";
import type { OpenExports, ReportOutcome, WindowRange } from "../stages.ts";
import { dispositionOf } from "./disposition.ts";
import { eventTimeOf } from "./event-time.ts";

export interface ReportPorts {
  readonly db: Pick<WorkerDb, "findExportCandidates" | "saveStripeCustomer" | "withExportLock">;
  readonly stripe: StripeClient;
  readonly clock: () => number;
  readonly findClosedWindows: (nowMs: number) => WindowRange;
  readonly openExports: OpenExports;
  readonly onOutcome: (outcome: ReportOutcome) => void;
}

/** Organizations served at a time; each holds one connection and at most one call to Stripe. */
const ORGANIZATIONS_AT_ONCE = 4;

/**
 * Returns the tick; ticks must not overlap in one process. The ledger is searched once for each window that closes (and again after a
 * tick with failures); the ticks between only go on with rows that are not sent.
 */
export function createReporter(ports: ReportPorts): () => Promise<void> {
  let metersReady = false;
  let searchedToMs = -1;
  return async () => {
    const closed = ports.findClosedWindows(ports.clock());
    const range = closed.toMs > searchedToMs ? closed : { ...closed, fromMs: closed.toMs };
    const candidates = await ports.db.findExportCandidates(range);
    if (candidates.length > 0 && !metersReady) { await ensureMeters(ports.stripe); metersReady = true; }
    const waiting = candidates[Symbol.iterator]();
    let complete = true;
    const serve = async (): Promise<void> => {
      for (const candidate of waiting) complete = await reportOrganization(ports, candidate, range) && complete;
    };
    await Promise.all(Array.from({ length: ORGANIZATIONS_AT_ONCE }, serve));
    if (complete) searchedToMs = closed.toMs;
  };
}

/** One organization's trouble is reported and does not hold the others back. False when its ledger was not searched to the end. */
async function reportOrganization(ports: ReportPorts, candidate: ExportCandidate, range: WindowRange): Promise<boolean> {
  const { organizationId } = candidate;
  try {
    const customerId = candidate.stripeCustomerId
      ?? await ports.db.saveStripeCustomer(organizationId, await ensureCustomer(ports.stripe, { id: organizationId, name: candidate.name }));
    let complete = true;
    for (const meter of Object.keys(METERS) as MeterName[]) {
      const done = await ports.db.withExportLock({ organizationId, meter: METERS[meter].eventName, measure: meter }, async (book) => {
        const opened = await ports.openExports(book, { meter, customerId, range, nowMs: ports.clock() });
        if (opened > 0) ports.onOutcome({ kind: "opened", organizationId, meter, count: opened, message: null });
        await sendRows(ports, { book, organizationId, meter, windowMs: range.windowMs });
        return true;
      });
      complete = done !== null && complete;
    }
    return complete;
  } catch (error) {
    ports.onOutcome({ kind: "failed", organizationId, meter: null, count: 1, message: error instanceof Error ? error.message : "unknown failure" });
    return false;
  }
}

interface Subject { readonly book: ExportBook; readonly organizationId: string; readonly meter: MeterName; readonly windowMs: number }
interface Sending extends Subject { readonly notBeforeMs: number }

async function sendRows(ports: ReportPorts, subject: Subject): Promise<void> {
  const rows = await subject.book.listUnsent();
  if (rows.length === 0) return;
  const sending = { ...subject, notBeforeMs: await subject.book.loadCreditPaidUntil() };
  for (const row of rows) {
    if (dispositionOf(row, ports.clock()) === "stop") {
      // INVARIANT: never repeated by itself. It stays `ambiguous` until somebody has compared it with Stripe's summary.
      await subject.book.markUnsent(row, { certain: false, error: "outcome unknown for 20 h: compare with the meter's event summary, then mark it sent or open a new sequence" });
      ports.onOutcome({ kind: "stopped", organizationId: subject.organizationId, meter: subject.meter, count: 1, message: row.identifier });
      continue;
    }
    // No answer, or a limit: the rows behind it would meet the same.
    if (!await sendRow(ports, sending, row)) return;
  }
}

/** True when Stripe holds the row now. */
async function sendRow(ports: ReportPorts, { book, organizationId, meter, windowMs, notBeforeMs }: Sending, row: ExportRow): Promise<boolean> {
  const nowMs = ports.clock();
  const eventAtMs = eventTimeOf({ windowEndMs: row.windowStartMs + windowMs, notBeforeMs, nowMs });
  await book.markSending(row, { nowMs, eventAtMs });
  const outcome = await sendMeterEvent(ports.stripe, {
    eventName: METERS[meter].eventName, customerId: row.stripeCustomerId, value: row.value, identifier: row.identifier, timestampMs: eventAtMs,
  });
  if (outcome.kind === "accepted" || outcome.kind === "duplicate") {
    // What is known already was counted at the moment of an earlier try.
    await book.markSent(row, { nowMs: ports.clock(), eventAtMs: outcome.kind === "duplicate" && row.attempts > 0 ? row.eventAtMs : eventAtMs });
    ports.onOutcome({ kind: outcome.kind, organizationId, meter, count: 1, message: null });
    return true;
  }
  const certain = outcome.kind === "refused" && row.sendingAtMs === null;
  await book.markUnsent(row, { certain, error: outcome.message });
  ports.onOutcome({ kind: outcome.kind, organizationId, meter, count: 1, message: outcome.message });
  return false;
}
