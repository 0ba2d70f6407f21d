/** `trunkline <noun> <verb> …`: the operator's command line. With `--json` one JSON object or array on standard output, else tables and lines for a person. */
import { ZodError } from "zod";
import { cliEnv, EXIT_CONFIG, receiptEnv } from "../env.ts";
import { parseArguments, UsageError, type Arguments } from "./arguments.ts";
import { bootstrap } from "./bootstrap.ts";
import { catalogCommands } from "./catalog-commands.ts";
import { CREDENTIAL_COMMANDS } from "./credential-commands.ts";
import { helpText } from "./help.ts";
import { operationsCommands } from "./operations-commands.ts";
import { createOperator } from "./operator.ts";
import { printed } from "./print.ts";
import { RECEIPT_COMMANDS, verifyReceipts } from "./receipt-commands.ts";
import { RESOURCE_COMMANDS } from "./resource-commands.ts";

/** As the project's other commands say it: 1 is a verdict. */
const EXIT_USAGE = 2;

/** Gives the exit code. */
function print(result: unknown, { flags }: Arguments): number {
  process.stdout.write(`${flags.has("json") ? JSON.stringify(result) : printed(result)}\n`);
  return typeof result === "object" && result !== null && "ok" in result && result.ok === false ? 1 : 0;
}

async function run(argv: readonly string[]): Promise<number> {
  const input = parseArguments(argv);
  if (input.words[0] === "receipt" && input.words[1] === "verify") return print(await verifyReceipts(input, receiptEnv()), input);
  const env = cliEnv();
  const commands = { bootstrap, ...RESOURCE_COMMANDS, ...CREDENTIAL_COMMANDS, ...RECEIPT_COMMANDS, ...catalogCommands(env), ...operationsCommands(env) };
  const command = Object.entries(commands).find(([name]) => name === input.words.slice(0, name.split(" ").length).join(" "))?.[1];
  const asksHelp = input.words.length === 0 || input.words[0] === "help" || (input.flags.has("help"));
  if (asksHelp) { process.stdout.write(`${helpText([...Object.keys(commands), "receipt verify"])}\n`); return 0; }
  if (!command) throw new UsageError(`there is no command "${input.words.slice(0, 2).join(" ")}"; \`trunkline help\` lists all`);
  const operator = createOperator(env);
  try {
    return print(await command(operator, input), input);
  } finally {
    await operator.close();
  }
}

function report(error: unknown): number {
  const message = error instanceof ZodError ? error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ") : error instanceof Error ? error.message : "failed";
  process.stderr.write(`trunkline: ${message}\n`);
  return error instanceof UsageError || error instanceof ZodError ? EXIT_USAGE : message.startsWith("environment:") ? EXIT_CONFIG : 1;
}

process.exitCode = await run(process.argv.slice(2)).catch(report);
