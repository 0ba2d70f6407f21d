import pg from "pg";

/** What the driver's connection offers while a COPY takes its rows; its types leave it out. */
interface CopyConnection { sendCopyFromChunk(rows: Buffer): void; endCopyFrom(): void }

/** Rows that are in memory already, as one chunk. Resolves when Postgres has them all, rejects with its error when it refuses one; either way the connection takes the next statement. */
export function copyIn(client: pg.PoolClient, sql: string, rows: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query(sql);
    Object.assign(query, { handleCopyInResponse(connection: CopyConnection) { connection.sendCopyFromChunk(Buffer.from(rows)); connection.endCopyFrom(); } });
    query.on("error", reject);
    query.on("end", () => resolve());
    client.query(query);
  });
}
