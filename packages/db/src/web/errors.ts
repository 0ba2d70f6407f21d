/** What a caller of the data layer must tell apart. Messages are safe to show; they hold no value of another tenant. */
export class NotFoundError extends Error {
  override readonly name = "NotFoundError";
  constructor(what: string) { super(`No such ${what}.`); }
}

export class ForbiddenError extends Error {
  override readonly name = "ForbiddenError";
  constructor(permission: string) { super(`Your role does not include "${permission}". Ask an owner or admin of the organization.`); }
}

export class ConflictError extends Error {
  override readonly name = "ConflictError";
}

/** The request is well formed but cannot be carried out as the data stands. */
export class UnprocessableError extends Error {
  override readonly name = "UnprocessableError";
}
