import pg from "pg";
import { asDependencyError } from "./dependency-unavailable.ts";

/** None of the statements takes a tenth of it; a slow one must not hold a connection. */
const STATEMENT_TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 2_000;
/** The driver gives up a little after the server would have, for the case that the server is gone. */
const QUERY_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 500;

/** A statement with a name is planned once a connection. `Row` is what its select list says; nothing checks it again. */
export interface Statement<Row> { readonly name: string; readonly text: string; readonly row?: Row }

export interface Prepared {
  read<Row extends pg.QueryResultRow>(statement: Statement<Row>, values: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** Rejects with `DependencyUnavailable` when Postgres does not answer. */
export function createPrepared({ databaseUrl, poolMax }: { databaseUrl: string; poolMax: number }): Prepared {
  const pool = new pg.Pool({
    connectionString: databaseUrl, max: poolMax, application_name: "trunkline-gateway", keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS, statement_timeout: STATEMENT_TIMEOUT_MS, query_timeout: QUERY_TIMEOUT_MS,
  });
  // An idle connection that drops is replaced on the next read; the read reports what is wrong then.
  pool.on("error", () => {});
  return {
    async read<Row extends pg.QueryResultRow>(statement: Statement<Row>, values: readonly unknown[]): Promise<Row[]> {
      try {
        return (await pool.query<Row>({ name: statement.name, text: statement.text, values: [...values] })).rows;
      } catch (error) {
        throw asDependencyError(error);
      }
    },
    close: () => pool.end(),
  };
}
