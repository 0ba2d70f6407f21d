/** Postgres did not answer in time, or at all. Callers answer 503, never 401 or 404. The cause stays out of the message. */
export class DependencyUnavailable extends Error {
  override readonly name = "DependencyUnavailable";
  readonly dependency = "postgres";
  constructor(cause: unknown) {
    super("postgres did not answer", { cause });
  }
}

/** Classes of SQLSTATE that mean the server, not the statement: connection, resources, operator intervention (with statement_timeout's 57014), system, internal. */
const SERVER_CLASSES = new Set(["08", "53", "57", "58", "XX"]);
/** 28: the role may not enter; 3D: no such database. Wrong configuration, which no caller can mend either. */
const CONFIGURATION_CLASSES = new Set(["28", "3D"]);

/** A statement that Postgres itself refused stays what it is (a programming error); all else is the dependency. */
export function asDependencyError(error: unknown): unknown {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  const isSqlState = typeof code === "string" && /^[0-9A-Z]{5}$/.test(code);
  if (!isSqlState) return new DependencyUnavailable(error);
  const sqlClass = code.slice(0, 2);
  return SERVER_CLASSES.has(sqlClass) || CONFIGURATION_CLASSES.has(sqlClass) ? new DependencyUnavailable(error) : error;
}
