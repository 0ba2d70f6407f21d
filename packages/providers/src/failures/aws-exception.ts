import type { FailureClass } from "@trunkline/contracts";

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html and the errors of Converse; keys in lower case, because a stream writes them in camel case. */
const EXCEPTIONS: Readonly<Record<string, FailureClass>> = {
  throttlingexception: "rate_limited", servicequotaexceededexception: "rate_limited", modelnotreadyexception: "overloaded", serviceunavailableexception: "overloaded",
  internalserverexception: "server_error", modelerrorexception: "server_error", modelstreamerrorexception: "server_error", resourcenotfoundexception: "server_error",
  modeltimeoutexception: "timeout", validationexception: "caller_error",
  accessdeniedexception: "credential_rejected", unrecognizedclientexception: "credential_rejected", expiredtokenexception: "credential_rejected",
  invalidsignatureexception: "credential_rejected", incompletesignatureexception: "credential_rejected", missingauthenticationtokenexception: "credential_rejected",
};

/** The class of an AWS exception by its name, which may come with a namespace before a `#` and an address behind a colon. */
export function classFromException(name: string): FailureClass | null {
  const bare = name.replace(/^.*#/, "").replace(/:.*$/, "").trim().toLowerCase();
  return EXCEPTIONS[bare] ?? null;
}
