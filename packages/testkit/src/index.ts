export { createSimulator } from "./simulator/index.ts";
export type { JournalEntry, Simulator, SimulatorOptions } from "./simulator/index.ts";
