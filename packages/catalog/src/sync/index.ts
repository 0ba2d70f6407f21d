export { planSync, type SyncOptions, type SyncReport } from "./plan-sync.ts";
export { readSource } from "./read-source.ts";
