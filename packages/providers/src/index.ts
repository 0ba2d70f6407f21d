export * from "./adapter.ts";
export { authorizeHeaders } from "./authorize/authorize-headers.ts";
export { adapterFor, PROVIDERS } from "./registry.ts";
export { createGoogleTokenSource, parseServiceAccount, type ExchangeForm, type GoogleTokenSource, type ServiceAccount } from "./authorize/google-token-source.ts";
