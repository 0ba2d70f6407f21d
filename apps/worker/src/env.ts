// The only reader of process.env in the worker.
import { parseVersionedSecrets, type VersionedSecrets } from "@trunkline/keys";
import { PROVIDERS, readPlatformCredentials, type PlatformCredential } from "@trunkline/providers";
import type { LogLevel } from "@trunkline/telemetry";
import { z } from "zod";

/** EX_CONFIG of sysexits: whoever supervises the process knows that a restart will not help. */
export const EXIT_BAD_CONFIGURATION = 78;
const HOUR_MS = 3_600_000;
const TICK_MS_DEFAULT = 60_000;
/** Providers announce prices days ahead. */
const CATALOG_SYNC_MS_DEFAULT = 6 * HOUR_MS;
/** A test of an alert is waited for. */
const ALERT_TICK_MS_DEFAULT = 5_000;
/** A question costs thousandths of a cent; a day of fifty quiet models of the middle price, less than this. */
const PROBE_DAILY_USD_DEFAULT = 0.5;
/** The first question to a pair that is out comes after five seconds. */
const PROBE_TICK_MS_DEFAULT = 2_500;
const PORT_DEFAULT = 9465;

const url = (schemes: readonly string[]): z.ZodType<string> =>
  z.string({ error: "is missing" }).refine((text) => URL.canParse(text) && schemes.includes(new URL(text).protocol), { error: `must be a URL of the form ${schemes[0]}//host:port/name` });
const whole = (min: number, max: number): z.ZodType<number> => z.string().regex(/^\d{1,10}$/, { error: "must be a whole number" }).transform(Number)
  .refine((value) => value >= min && value <= max, { error: `must lie between ${min} and ${max}` });
/** It goes into a header. */
const adminKey = z.string().regex(/^[\x21-\x7e]{8,}$/, { error: "must be an admin key of that provider" }).optional();

const schema = z.object({
  DATABASE_URL: url(["postgresql:", "postgres:"]),
  REDIS_URL: url(["redis:", "rediss:"]).optional(),
  STRIPE_SECRET_KEY: z.string().regex(/^(sk|rk)_\S{8,}$/, { error: "must be a secret or restricted key of Stripe (sk_… or rk_…)" }).optional(),
  STRIPE_API_BASE: url(["https:", "http:"]).optional(),
  OPENAI_ADMIN_KEY: adminKey, OPENAI_ADMIN_BASE_URL: url(["https:", "http:"]).optional(),
  ANTHROPIC_ADMIN_KEY: adminKey, ANTHROPIC_ADMIN_BASE_URL: url(["https:", "http:"]).optional(),
  OPENROUTER_ADMIN_KEY: adminKey, OPENROUTER_ADMIN_BASE_URL: url(["https:", "http:"]).optional(),
  WORKER_PORT: whole(0, 65_535).optional(),
  WORKER_HOST: z.string().min(1).optional(),
  WORKER_CONCURRENCY: whole(1, 64).optional(),
  BILLING_WINDOW_MS: whole(1_000, 24 * HOUR_MS).refine((value) => (24 * HOUR_MS) % value === 0, { error: "must divide a day" }).optional(),
  BILLING_TICK_MS: whole(200, HOUR_MS).optional(),
  CATALOG_SOURCE: z.string().min(1).optional(),
  CATALOG_SYNC_MS: whole(1_000, 24 * HOUR_MS).optional(),
  ALERT_TICK_MS: whole(200, HOUR_MS).optional(),
  STATUS_TICK_MS: whole(200, HOUR_MS).optional(),
  PROBES: z.enum(["on", "off"], { error: "must be on or off" }).optional(),
  PROBE_DAILY_USD: z.string().regex(/^\d{1,4}(\.\d{1,6})?$/, { error: "must be an amount in US dollars, such as 0.50" }).transform(Number).optional(),
  PROBE_TICK_MS: whole(200, HOUR_MS).optional(),
  ENCRYPTION_KEYS: z.string().regex(/^\d+:[A-Za-z0-9+/=_-]+(,\d+:[A-Za-z0-9+/=_-]+)*$/, { error: "must look like 1:base64,2:base64" }).optional(),
  RECEIPT_SIGNING_KEYS: z.string().regex(/^\d+:[A-Za-z0-9+/=_-]+(,\d+:[A-Za-z0-9+/=_-]+)*$/, { error: "must look like 1:base64,2:base64" }).optional(),
  OUTBOUND_PRIVATE_ADDRESSES: z.enum(["refuse", "allow"], { error: "must be refuse or allow" }).optional(),
  SMTP_URL: url(["smtp:", "smtps:"]).optional(),
  MAIL_FROM: z.string().min(3).optional(),
  MAIL_DIR: z.string().min(1).optional(),
  PUBLIC_WEB_URL: url(["https:", "http:"]).optional(),
  PUBLIC_GATEWAY_URL: url(["https:", "http:"]).optional(),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"], { error: "must be fatal, error, warn, info, debug, trace or silent" }).optional(),
});

export interface AdminAccount { readonly provider: "openai" | "anthropic" | "openrouter"; readonly adminKey: string; readonly baseUrl: string }

export interface WorkerEnv {
  readonly databaseUrl: string;
  /** Absent: the queue lives in Postgres. */
  readonly redisUrl: string | undefined;
  /** Absent: nothing is exported; usage and ledger go on. */
  readonly stripe: { readonly secretKey: string; readonly apiBase: string | undefined } | undefined;
  /** Whose own accounts of usage and cost can be asked, by provider. */
  readonly adminAccounts: readonly AdminAccount[];
  readonly port: number;
  readonly host: string;
  readonly concurrency: number;
  /** Length of an export window. Must not change on a database that holds exports, hence for tests only. */
  readonly billingWindowMs: number;
  readonly billingTickMs: number;
  /** Path or http(s) address of the price document; absent: the catalogue changes by command and release alone. */
  readonly catalogSource: string | undefined;
  readonly catalogSyncMs: number;
  readonly alertTickMs: number;
  /** Opens the secrets that sign webhooks; absent: no webhook is sent. */
  readonly encryptionKeys: VersionedSecrets | undefined;
  readonly allowPrivateAddresses: boolean;
  readonly mail: { readonly smtpUrl: string | undefined; readonly from: string; readonly directory: string | undefined };
  /** Absent: receipts are not signed. */
  readonly receiptSigningKeys: VersionedSecrets | undefined;
  readonly statusTickMs: number;
  /** The platform's own credentials by provider, for probes. */
  readonly credentials: ReadonlyMap<string, PlatformCredential>;
  /** null: no provider is asked by the worker. */
  readonly probes: { readonly capNanoUsd: bigint; readonly tickMs: number } | null;
  /** For links in mails, and asked for the status page. */
  readonly publicWebUrl: string | undefined;
  /** Asked for the status page. */
  readonly publicGatewayUrl: string | undefined;
  readonly logLevel: LogLevel;
}

/** The environment is unfit; the message is one line that names the variable and never shows its value. */
export class BadEnvironment extends Error {
  override readonly name = "BadEnvironment";
}

/** Throws `BadEnvironment`. An empty variable counts as absent. */
export function readEnv(source: Readonly<Record<string, string | undefined>>): WorkerEnv {
  const present = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = schema.safeParse(present);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new BadEnvironment(`${issue?.path.join(".") ?? "environment"} ${issue?.message ?? "is malformed"}`);
  }
  const env = parsed.data;
  return {
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    stripe: env.STRIPE_SECRET_KEY === undefined ? undefined : { secretKey: env.STRIPE_SECRET_KEY, apiBase: env.STRIPE_API_BASE },
    adminAccounts: [
      ...adminAccount("openai", env.OPENAI_ADMIN_KEY, env.OPENAI_ADMIN_BASE_URL ?? "https://api.openai.com/v1"),
      ...adminAccount("anthropic", env.ANTHROPIC_ADMIN_KEY, env.ANTHROPIC_ADMIN_BASE_URL ?? "https://api.anthropic.com/v1"),
      ...adminAccount("openrouter", env.OPENROUTER_ADMIN_KEY, env.OPENROUTER_ADMIN_BASE_URL ?? "https://openrouter.ai/api/v1"),
    ],
    port: env.WORKER_PORT ?? PORT_DEFAULT,
    host: env.WORKER_HOST ?? "127.0.0.1",
    concurrency: env.WORKER_CONCURRENCY ?? 4,
    billingWindowMs: env.BILLING_WINDOW_MS ?? HOUR_MS,
    billingTickMs: env.BILLING_TICK_MS ?? TICK_MS_DEFAULT,
    catalogSource: env.CATALOG_SOURCE,
    catalogSyncMs: env.CATALOG_SYNC_MS ?? CATALOG_SYNC_MS_DEFAULT,
    statusTickMs: env.STATUS_TICK_MS ?? TICK_MS_DEFAULT,
    credentials: readCredentials(present),
    probes: env.PROBES === "off" ? null : { capNanoUsd: BigInt(Math.round((env.PROBE_DAILY_USD ?? PROBE_DAILY_USD_DEFAULT) * 1e9)), tickMs: env.PROBE_TICK_MS ?? PROBE_TICK_MS_DEFAULT },
    alertTickMs: env.ALERT_TICK_MS ?? ALERT_TICK_MS_DEFAULT,
    encryptionKeys: env.ENCRYPTION_KEYS === undefined ? undefined : readSecrets("ENCRYPTION_KEYS", env.ENCRYPTION_KEYS),
    receiptSigningKeys: env.RECEIPT_SIGNING_KEYS === undefined ? undefined : readSecrets("RECEIPT_SIGNING_KEYS", env.RECEIPT_SIGNING_KEYS),
    allowPrivateAddresses: env.OUTBOUND_PRIVATE_ADDRESSES === "allow",
    mail: { smtpUrl: env.SMTP_URL, from: env.MAIL_FROM ?? "Trunkline <no-reply@localhost>", directory: env.MAIL_DIR },
    publicWebUrl: env.PUBLIC_WEB_URL,
    publicGatewayUrl: env.PUBLIC_GATEWAY_URL,
    logLevel: env.LOG_LEVEL ?? "info",
  };
}

const adminAccount = (provider: AdminAccount["provider"], adminKey: string | undefined, baseUrl: string): readonly AdminAccount[] => (adminKey === undefined ? [] : [{ provider, adminKey, baseUrl }]);

function readSecrets(name: string, text: string): VersionedSecrets {
  try {
    return parseVersionedSecrets(text);
  } catch (error) {
    throw new BadEnvironment(`${name} ${error instanceof Error ? error.message : "is malformed"}`);
  }
}

function readCredentials(source: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, PlatformCredential> {
  try {
    return readPlatformCredentials(source, PROVIDERS.values());
  } catch (error) {
    throw new BadEnvironment(error instanceof Error ? error.message.replace(":", "") : "a provider's address is malformed");
  }
}
