/** What a caller of the data layer must tell apart. Messages are safe to show; they hold no value of another tenant. */

/**
 * Known by its name: pages and route handlers are built apart, each with classes of its own, and share one data layer, so that an error may
 * have been made by the other's class.
 */
class DataError extends Error {
  static readonly kind: string = "DataError";
  static override [Symbol.hasInstance](value: unknown): boolean { return value instanceof Error && value.name === this.kind; }
}

export class NotFoundError extends DataError {
  static override readonly kind = "NotFoundError";
  override readonly name = NotFoundError.kind;
  constructor(what: string) { super(`No such ${what}.`); }
}

export class ForbiddenError extends DataError {
  static override readonly kind = "ForbiddenError";
  override readonly name = ForbiddenError.kind;
  constructor(permission: string) { super(`Your role does not include "${permission}". Ask an owner or admin of the organization.`); }
}

export class ConflictError extends DataError {
  static override readonly kind = "ConflictError";
  override readonly name = ConflictError.kind;
}

/** The request is well formed but cannot be carried out as the data stands. */
export class UnprocessableError extends DataError {
  static override readonly kind = "UnprocessableError";
  override readonly name = UnprocessableError.kind;
}
