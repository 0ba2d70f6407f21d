import pg from "pg";

const CONNECT_TIMEOUT_MS = 5_000;

/** How far this machine's clock is ahead of the database's (negative: behind), in milliseconds, exact to half a round trip. Rejects when the database is away. */
export async function measureClockSkewMs(databaseUrl: string, clock: () => number = Date.now): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  await client.connect();
  try {
    const beforeMs = clock();
    const { rows } = await client.query<{ ms: string }>("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms");
    return Math.round((beforeMs + clock()) / 2 - Number(rows[0]?.ms));
  } finally {
    await client.end();
  }
}
