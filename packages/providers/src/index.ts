export * from "./adapter.ts";
export { authorizeHeaders, type Signing } from "./authorize/authorize-headers.ts";
export { forOpenRouterSdk, isOpenRouterSdk } from "./callers/openrouter-sdk.ts";
export { continuesText } from "./continuation/continues-text.ts";
export { credentialCheck, credentialVerdict, type CredentialCheck, type CredentialVerdict } from "./credential/credential-check.ts";
export { adapterFor, PROVIDERS, tokenCounterFor } from "./registry.ts";
export { createGoogleTokenSource, parseServiceAccount, type ExchangeForm, type GoogleTokenSource, type ServiceAccount } from "./authorize/google-token-source.ts";
export { extraTier } from "./relay/token-usage.ts";
export { demandsOf, essentialLosses, type Demands } from "./losses/essential-losses.ts";
