import { COMPARISONS, runComparison } from "./compare-command.ts";
import { startWorker } from "./compose.ts";
import { BadEnvironment, EXIT_BAD_CONFIGURATION, readEnv } from "./env.ts";
import type { WorkerEnv } from "./env.ts";

/** Orchestrators send SIGKILL after 30 s by default; what is left undone then is done again from the queue. */
const DRAIN_MAX_MS = 25_000;

function readEnvOrExit(): WorkerEnv {
  try {
    return readEnv(process.env);
  } catch (error) {
    if (!(error instanceof BadEnvironment)) throw error;
    console.error(error.message);
    process.exit(EXIT_BAD_CONFIGURATION);
  }
}

/** 1 is a comparison's verdict. */
const EXIT_USAGE = 2;

const word = process.argv[2];
const comparison = word === undefined ? undefined : COMPARISONS[word];
if (word !== undefined && comparison === undefined) {
  console.error(`worker: there is no ${word}; without a word it works, else ${Object.keys(COMPARISONS).join(" or ")}`);
  process.exit(EXIT_USAGE);
}
const env = readEnvOrExit();
if (comparison !== undefined) process.exit(await runComparison(comparison, env, (line) => process.stdout.write(`${line}\n`)));
const app = await startWorker(env).catch((error: unknown) => {
  console.error(`the worker did not start: ${error instanceof Error ? error.message : "unknown cause"}`);
  process.exit(1);
});

let stopping = false;
function stop(signal: string): void {
  // Asked twice: whoever waits has lost patience.
  if (stopping) process.exit(1);
  stopping = true;
  app.log.info({ signal }, "draining");
  setTimeout(() => { app.log.error({}, "drain took too long"); process.exit(1); }, DRAIN_MAX_MS).unref();
  app.drain().then(() => process.exit(0), (error: unknown) => {
    app.log.error({ err: error }, "drain failed");
    process.exit(1);
  });
}
process.on("SIGTERM", () => stop("SIGTERM"));
process.on("SIGINT", () => stop("SIGINT"));
