export { createSimulator, FAULT_TERMS } from "./simulator/index.ts";
export type { JournalEntry, Simulator, SimulatorOptions } from "./simulator/index.ts";
