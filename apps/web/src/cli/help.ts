/** One line a command: what it does, and what it must be told. */
const HELP: Readonly<Record<string, string>> = {
  "bootstrap": "--email E --password P --org NAME   a user, an organization, a project and its keys, shown once",
  "org list": "all organizations",
  "org create": "--email E --name NAME   an organization owned by that user",
  "project list": "--org ORG",
  "project create": "--org ORG --name NAME",
  "key list": "--org ORG",
  "key create": "--org ORG --name NAME [--kind live|test|mgmt] [--project P] [--rpm N] [--tpm N] [--concurrency N] [--budget-usd N] [--browser-origins O,…] [--models M,…]",
  "key rotate": "ID --org ORG [--overlap-seconds N]   a new secret; the old one works on for a day unless told",
  "key revoke": "ID --org ORG",
  "preset list": "--org ORG",
  "preset create": "--org ORG --slug S --file F [--name NAME]   `-` reads standard input",
  "preset publish": "SLUG --org ORG [--file F] [--comment TEXT]",
  "preset rollback": "SLUG --org ORG --version N",
  "budget list": "--org ORG",
  "budget create": "--org ORG --limit-usd N [--scope S --scope-id ID] [--period P] [--action block|downgrade] [--soft] [--own-keys]",
  "budget remove": "ID --org ORG",
  "credential list": "--org ORG",
  "credential create": "--org ORG --provider P [--label L] [--base-url URL]   the secret on standard input",
  "credential validate": "ID --org ORG",
  "credential delete": "ID --org ORG",
  "credential rewrap": "seals all credentials with the newest of ENCRYPTION_KEYS",
  "receipt export": "[--org SLUG] [--after N] --json   the chain of signed receipts, for a file",
  "receipt verify": "FILE [--keys FILE|URL]   whether a receipt, an answer or a chain holds; needs no server",
  "catalog diff": "[--from PATH|URL]   what a price list would change, and for which presets",
  "catalog correct": "--version prc_… --input|--output|--cache-read|--cache-write USD [--from TIME] [--to TIME] [--reason TEXT] [--apply] [--raise]   says what a wrong price comes to; --apply posts it and issues credit notes",
  "catalog sync": "[--from PATH|URL] [--accept-jumps]   takes it in as new versions",
  "usage": "--org ORG [--group-by G] [--from T] [--to T] [--mode live|test]",
  "doctor": "checks database, Redis, migrations, clock, spool and Stripe, and says how to mend each",
  "meters compare": "our ledger against Stripe's meters, the gap named by kind",
  "providers compare": "three days of our books against what OpenAI, Anthropic and OpenRouter bill; settles estimates",
};

/** `names` in their order, with what is known of each. */
export function helpText(names: readonly string[]): string {
  const width = Math.max(...names.map((name) => name.length));
  return ["trunkline COMMAND [--flag VALUE …] [--json]", "", ...names.map((name) => `  ${name.padEnd(width)}  ${HELP[name] ?? ""}`.trimEnd()), "", "--org may be left out where there is one organization."].join("\n");
}
