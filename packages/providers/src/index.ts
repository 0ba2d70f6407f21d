export * from "./adapter.ts";
export { authorizeHeaders } from "./authorize/authorize-headers.ts";
export { adapterFor, PROVIDERS } from "./registry.ts";
