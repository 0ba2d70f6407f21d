/** What the public status page is drawn from: sums over all tenants, of which only shares are shown. */
import { Prisma } from "../../generated/client.ts";
import type { StoreContext } from "./context.ts";

export interface StatusDayRow { readonly subject: string; readonly day: Date; readonly ok: number; readonly failed: number }
export interface StatusBucketRow { readonly subject: string; readonly bucket: Date; readonly ok: number; readonly failed: number }

const COUNTS = Prisma.raw(`ok::float8 AS ok, failed::float8 AS failed`);

export function createStatus({ client }: Pick<StoreContext, "client">) {
  return {
    /** Days of UTC. */
    days: (from: Date): Promise<StatusDayRow[]> => client.$queryRaw<StatusDayRow[]>`
      SELECT subject, date_trunc('day', bucket, 'UTC') AS day, sum(ok)::float8 AS ok, sum(failed)::float8 AS failed FROM status_sample WHERE bucket >= ${from} GROUP BY 1, 2 ORDER BY 1, 2`,
    since: (from: Date): Promise<StatusBucketRow[]> => client.$queryRaw<StatusBucketRow[]>`SELECT subject, bucket, ${COUNTS} FROM status_sample WHERE bucket >= ${from} ORDER BY 1, 2`,
    /** Spans in which at least half of at least `samplesMin` samples failed. */
    bad: (from: Date, samplesMin: number): Promise<StatusBucketRow[]> => client.$queryRaw<StatusBucketRow[]>`
      SELECT subject, bucket, ${COUNTS} FROM status_sample WHERE bucket >= ${from} AND failed >= ok AND ok + failed >= ${samplesMin} ORDER BY 1, 2`,
  };
}
