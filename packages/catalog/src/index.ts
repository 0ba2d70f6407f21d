export * from "./correct.ts";
export { dataPolicyOf, type DataPolicy } from "./data-policy.ts";
export * from "./find-model.ts";
export * from "./rate.ts";
export { retirementOf, type Retirement } from "./retirements.ts";
export { regionOf } from "./regions.ts";
export * from "./seed.ts";
export * from "./snapshot.ts";
