/** `noun verb --flag value --switch`; no dependency, because the command line must start at once. */
export interface Arguments { readonly words: readonly string[]; readonly flags: ReadonlyMap<string, string> }

/** The operator asked for something that does not exist; exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export function parseArguments(argv: readonly string[]): Arguments {
  const words: string[] = [];
  const flags = new Map<string, string>();
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? "";
    if (!word.startsWith("--")) {
      words.push(word);
      continue;
    }
    const [name = "", inline] = word.slice(2).split(/=(.*)/s);
    const next = argv[index + 1];
    if (inline !== undefined) flags.set(name, inline);
    else if (next !== undefined && !next.startsWith("--")) {
      flags.set(name, next);
      index++;
    } else flags.set(name, "true");
  }
  return { words, flags };
}

export function required({ flags }: Arguments, name: string): string {
  const value = flags.get(name);
  if (value === undefined || value === "true") throw new UsageError(`--${name} is missing`);
  return value;
}
