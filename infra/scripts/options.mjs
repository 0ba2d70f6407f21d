// What a command takes, stated once: defaults, help and refusals follow from it. Ends the process where nothing is to be done: with 0 after `--help`, with 2
// and one line after a word that cannot be taken. What the values mean is the command's own business.
import { parseArgs } from "node:util";

/** What was asked cannot be done; 1 says that it was done and does not hold. */
export const EXIT_USAGE = 2;

export class UsageError extends Error {
  name = "UsageError";
}

/**
 * `options` by name: `{ count, min?, max?, about }` wants a whole number and has `count` unless told, `{ text, about }` wants a word, `{ about }` is a switch.
 * Returns the values by the same names, or null where help is asked for.
 */
export function parseOptions(options, args) {
  // pnpm hands its own `--` on.
  const words = args.filter((word) => word !== "--");
  if (words.includes("--help")) return null;
  const named = Object.entries(options);
  const { values } = parsed({ args: words, options: Object.fromEntries(named.map(([name, option]) => [name, { type: isSwitch(option) ? "boolean" : "string" }])) }, options);
  return Object.fromEntries(named.map(([name, option]) => [name, valueOf(name, option, values[name])]));
}

export function helpOf({ command, about, options }) {
  const rows = Object.entries(options).map(([name, option]) => [usageOf(name, option), `${option.about}${option.count === undefined ? "" : ` (${option.count})`}`]);
  const width = Math.max(...rows.map(([left]) => left.length));
  return [`${command} [OPTIONS]: ${about}`, "", ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)].join("\n");
}

/** The options of the process's own command line. */
export function readOptions(command, args = process.argv.slice(2)) {
  try {
    const values = parseOptions(command.options, args);
    if (values) return values;
    console.log(helpOf(command));
    return process.exit(0);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return refuse(command.command, error.message);
  }
}

/** Says in one line what cannot be taken, and ends the process. */
export function refuse(command, message) {
  console.error(`${command}: ${message} (${command} --help)`);
  return process.exit(EXIT_USAGE);
}

const isSwitch = (option) => option.count === undefined && option.text === undefined;
const usageOf = (name, option) => (isSwitch(option) ? `--${name}` : `--${name} ${option.count === undefined ? "TEXT" : "N"}`);

function parsed(config, options) {
  try {
    return parseArgs({ ...config, strict: true, allowPositionals: false });
  } catch (error) {
    if (!String(error.code).startsWith("ERR_PARSE_ARGS")) throw error;
    const [, name] = /'--([\w-]+)/.exec(error.message) ?? [];
    if (error.code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE" && options[name]) throw new UsageError(wantOf(name, options[name]), { cause: error });
    const [, word] = /'([^']*)'/.exec(error.message) ?? [];
    throw new UsageError(`there is no option ${word ?? ""}`.trim(), { cause: error });
  }
}

function wantOf(name, option) {
  if (isSwitch(option)) return `--${name} takes no value`;
  return option.count === undefined ? `--${name} wants a value` : `--${name} wants a whole number${rangeOf(option)}`;
}

function rangeOf({ min = 0, max }) {
  if (max !== undefined) return ` from ${min} to ${max}`;
  return min > 0 ? `, ${min} or more` : "";
}

function valueOf(name, option, given) {
  if (isSwitch(option)) return given ?? false;
  if (option.count === undefined) {
    if (given === "") throw new UsageError(wantOf(name, option));
    return given ?? option.text;
  }
  if (given === undefined) return option.count;
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = option;
  const value = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (!(value >= min && value <= max)) throw new UsageError(wantOf(name, option));
  return value;
}
