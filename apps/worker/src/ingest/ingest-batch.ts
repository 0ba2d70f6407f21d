// Books a batch that came through the queue. It promises that one event Postgres refuses does not hold its neighbours back, and
// that the job still fails then, so that the event stays visible. What booking means is the database package's business.
import type { UsageEvent } from "@trunkline/contracts";

export interface IngestPorts {
  readonly ingestEvents: (events: readonly UsageEvent[]) => Promise<{ readonly inserted: number }>;
  readonly onIngested: (result: { readonly received: number; readonly inserted: number }) => void;
}

/** Some events of the batch can never be booked as they are. Names their ids, never their content. */
export class UnbookableEvents extends Error {
  override readonly name = "UnbookableEvents";
  constructor(readonly ids: readonly string[], cause: unknown) {
    super(`${ids.length} event(s) cannot be booked: ${ids.slice(0, 5).join(", ")} (${cause instanceof Error ? cause.message : "unknown cause"})`, { cause });
  }
}

/** Rejects with the driver's error when the database is away (then the whole job is to be repeated), with `UnbookableEvents` after everything else was booked. */
export async function ingestBatch(ports: IngestPorts, events: readonly UsageEvent[]): Promise<void> {
  const refused: string[] = [];
  let cause: unknown;
  const bookPart = async (part: readonly UsageEvent[]): Promise<number> => {
    try {
      return (await ports.ingestEvents(part)).inserted;
    } catch (error) {
      if (!isDataFault(error)) throw error;
      if (part.length > 1) {
        const middle = part.length >> 1;
        return await bookPart(part.slice(0, middle)) + await bookPart(part.slice(middle));
      }
      refused.push(part[0]?.id ?? "unknown");
      cause = error;
      return 0;
    }
  };
  const inserted = await bookPart(events);
  ports.onIngested({ received: events.length, inserted });
  if (refused.length > 0) throw new UnbookableEvents(refused, cause);
}

/** SQLSTATE classes 22 (data exception) and 23 (integrity), or a value that was no number or date before it left: repeating cannot mend them. */
function isDataFault(error: unknown): boolean {
  if (error instanceof SyntaxError || error instanceof RangeError || error instanceof TypeError) return true;
  const code = error !== null && typeof error === "object" && "code" in error ? String(error.code) : "";
  return /^2[23][0-9A-Z]{3}$/.test(code);
}
