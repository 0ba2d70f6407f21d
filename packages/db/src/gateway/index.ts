export type { ApiKeyRecord, CallLimits, KeyLimits, NewStoredPrompt, PromptStorage, SealedCredential, OrganizationPresets, SpendScope, ResponseScope, SealedResponse, NewSealedResponse } from "../records.ts";
export { DependencyUnavailable } from "./dependency-unavailable.ts";
export { createGatewayDb } from "./gateway-db.ts";
export type { GatewayDbOptions } from "./gateway-db.ts";
export type { EndpointStats, StatsScope } from "./endpoint-stats.ts";
export type { GatewayDb } from "./port.ts";
export { receiptOfEvent } from "./confirm-generations.ts";
