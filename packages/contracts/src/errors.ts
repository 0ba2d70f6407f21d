import type { Owner } from "./failure.ts";

interface ErrorFacts { readonly status: number; readonly retry: boolean; readonly type: string }

/** The closed list of public error codes. `type` is the OpenAI error type that official clients branch on. */
export const ERROR_CODES = {
  "caller.invalid_request": { status: 400, retry: false, type: "invalid_request_error" },
  "caller.context_overflow": { status: 400, retry: false, type: "invalid_request_error" },
  "caller.content_filtered": { status: 400, retry: false, type: "invalid_request_error" },
  "caller.invalid_api_key": { status: 401, retry: false, type: "authentication_error" },
  "caller.expired_api_key": { status: 401, retry: false, type: "authentication_error" },
  "tenant.insufficient_credits": { status: 402, retry: false, type: "insufficient_quota" },
  "tenant.budget_exceeded": { status: 402, retry: false, type: "insufficient_quota" },
  "tenant.model_not_allowed": { status: 403, retry: false, type: "permission_error" },
  "tenant.ip_not_allowed": { status: 403, retry: false, type: "permission_error" },
  "tenant.suspended": { status: 403, retry: false, type: "permission_error" },
  "caller.not_found": { status: 404, retry: false, type: "not_found_error" },
  "caller.model_not_found": { status: 404, retry: false, type: "not_found_error" },
  "caller.preset_not_found": { status: 404, retry: false, type: "not_found_error" },
  "caller.method_not_allowed": { status: 405, retry: false, type: "invalid_request_error" },
  "caller.request_too_large": { status: 413, retry: false, type: "invalid_request_error" },
  "caller.unsupported_media_type": { status: 415, retry: false, type: "invalid_request_error" },
  "tenant.rate_limited": { status: 429, retry: true, type: "rate_limit_error" },
  "gateway.internal": { status: 500, retry: true, type: "api_error" },
  "upstream.failed": { status: 502, retry: true, type: "api_error" },
  "gateway.overloaded": { status: 503, retry: true, type: "api_error" },
  "gateway.dependency_unavailable": { status: 503, retry: true, type: "api_error" },
  "upstream.deadline_exceeded": { status: 504, retry: true, type: "api_error" },
} as const satisfies Record<string, ErrorFacts>;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface GatewayErrorDetails {
  readonly param?: string;
  readonly retryAfterMs?: number;
  /** Overrides the table, for failures whose retry depends on the upstream class. */
  readonly retry?: boolean;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The one error that a caller may see. The message says what to do next and echoes no prompt and no secret. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  constructor(readonly code: ErrorCode, message: string, readonly details: GatewayErrorDetails = {}) {
    super(message);
  }
  get status(): number { return ERROR_CODES[this.code].status; }
  get shouldRetry(): boolean { return this.details.retry ?? ERROR_CODES[this.code].retry; }
  get owner(): Owner { return this.code.split(".")[0] as Owner; }
}
