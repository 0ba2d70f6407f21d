// Runs the simulator as a process of its own. It prints one JSON line when it is ready.

import { createSimulator } from "./index.ts";

const DEFAULT_PORT = 8788;

function portOf(value: string | undefined): number {
  const port = value === undefined || value === "" ? DEFAULT_PORT : Number(value);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  process.stderr.write(`SIMULATOR_PORT must be a port number, but is "${value}"\n`);
  // EX_CONFIG of sysexits.h, as every process here ends on a bad variable.
  process.exit(78);
}

const journalFile = process.env["SIMULATOR_JOURNAL"];
const simulator = await createSimulator({
  port: portOf(process.env["SIMULATOR_PORT"]),
  host: process.env["SIMULATOR_HOST"] ?? "127.0.0.1",
  ...(journalFile === undefined || journalFile === "" ? {} : { journalFile }),
});

process.stdout.write(`${JSON.stringify({ ready: true, simulator: simulator.url })}\n`);

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => void simulator.close().then(() => process.exit(0)));
}
