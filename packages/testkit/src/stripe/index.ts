export { createStripeStandIn } from "./stand-in.ts";
export type { StripeStandIn, StripeStandInOptions } from "./stand-in.ts";
export type { Fault, MeterEventRecord } from "./state.ts";
