import { z } from "zod";
import { parseVersionedSecrets, type VersionedSecrets } from "@trunkline/keys";
import { readPlatformCredentials, type PlatformCredential, type Profile } from "@trunkline/providers";
import type { TracingOptions } from "@trunkline/telemetry/tracing";

/** Conventional exit status for a configuration error (sysexits.h, EX_CONFIG). */
export const EXIT_CONFIG = 78;

const url = (protocols: readonly string[]) => z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol.slice(0, -1)), { error: `must be a URL of ${protocols.join(" or ")}` });

const schema = z.object({
  GATEWAY_PORT: z.coerce.number().int().min(0).max(65_535).default(8787),
  GATEWAY_HOST: z.string().min(1).default("127.0.0.1"),
  DATABASE_URL: url(["postgres", "postgresql"]),
  REDIS_URL: url(["redis", "rediss"]).optional(),
  API_KEY_PEPPERS: z.string().min(1),
  ENCRYPTION_KEYS: z.string().min(1).optional(),
  OUTBOUND_PRIVATE_ADDRESSES: z.enum(["refuse", "allow"]).default("refuse"),
  SPOOL_DIR: z.string().min(1),
  /** 512 MiB holds some 400,000 unshipped requests. */
  SPOOL_BYTES_MAX: z.coerce.number().int().min(65_536).default(536_870_912),
  SIMULATOR_URL: url(["http", "https"]).default("http://127.0.0.1:8788"),
  GATEWAY_LANE: z.enum(["featured", "naked"]).default("featured"),
  LOG_LEVEL: z.enum(["silent", "fatal", "error", "warn", "info", "debug", "trace"]).default("info"),
  /** First content of a stream; a plain answer may take `GATEWAY_PLAIN_TIMEOUT_MS` when another candidate is left. */
  GATEWAY_FIRST_TOKEN_TIMEOUT_MS: z.coerce.number().int().min(100).default(20_000),
  GATEWAY_PLAIN_TIMEOUT_MS: z.coerce.number().int().min(100).default(60_000),
  GATEWAY_IDLE_TIMEOUT_MS: z.coerce.number().int().min(100).default(60_000),
  GATEWAY_HEARTBEAT_MS: z.coerce.number().int().min(50).default(10_000),
  GATEWAY_DRAIN_MS: z.coerce.number().int().min(0).default(25_000),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(["http", "https"]).optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url(["http", "https"]).optional(),
  OTEL_EXPORTER_OTLP_HEADERS: z.string().refine((text) => /^\s*[^=,\s]+=(?:[^,%]|%[0-9a-f]{2})*(?:,\s*[^=,\s]+=(?:[^,%]|%[0-9a-f]{2})*)*$/i.test(text), { error: "must be name=value, several parted by commas, values percent-encoded" }).optional(),
  OTEL_SERVICE_NAME: z.string().min(1).default("trunkline-gateway"),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
});

export interface GatewayEnv {
  readonly port: number;
  readonly host: string;
  readonly databaseUrl: string;
  readonly redisUrl: string | null;
  readonly apiKeyPeppers: VersionedSecrets;
  /** Opens the credentials that organizations bring; null: none of them is used. */
  readonly encryptionKeys: VersionedSecrets | null;
  /** May an address that an organization chose lie in a private network. */
  readonly allowPrivateAddresses: boolean;
  readonly spoolDir: string;
  readonly spoolBytesMax: number;
  readonly simulatorUrl: string;
  readonly lane: "featured" | "naked";
  readonly logLevel: string;
  readonly timeouts: AttemptTimeouts;
  readonly heartbeatMs: number;
  readonly drainMs: number;
  /** Where traces go; null: nowhere, and nothing is spent on them. */
  readonly tracing: TracingOptions | null;
  /** By provider id; `apiKey` null where the platform has none. */
  readonly credentials: ReadonlyMap<string, PlatformCredential>;
}
export interface AttemptTimeouts { readonly firstTokenMs: number; readonly plainMs: number; readonly idleMs: number }

/** Reads and checks the whole environment. Throws an Error whose message is one line that names every variable at fault. */
export function parseEnv(profiles: readonly Profile[], source: Readonly<Record<string, string | undefined>> = process.env): GatewayEnv {
  const present = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = schema.safeParse(present);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${present[String(issue.path[0])] === undefined ? "is missing" : issue.message}`);
    throw new Error(`environment: ${faults.join("; ")}`);
  }
  const env = parsed.data;
  return {
    port: env.GATEWAY_PORT, host: env.GATEWAY_HOST, databaseUrl: env.DATABASE_URL, redisUrl: env.REDIS_URL ?? null,
    apiKeyPeppers: readSecrets("API_KEY_PEPPERS", env.API_KEY_PEPPERS), encryptionKeys: env.ENCRYPTION_KEYS === undefined ? null : readSecrets("ENCRYPTION_KEYS", env.ENCRYPTION_KEYS),
    allowPrivateAddresses: env.OUTBOUND_PRIVATE_ADDRESSES === "allow", spoolDir: env.SPOOL_DIR, spoolBytesMax: env.SPOOL_BYTES_MAX,
    simulatorUrl: env.SIMULATOR_URL.replace(/\/+$/, ""), lane: env.GATEWAY_LANE, logLevel: env.LOG_LEVEL,
    timeouts: { firstTokenMs: env.GATEWAY_FIRST_TOKEN_TIMEOUT_MS, plainMs: env.GATEWAY_PLAIN_TIMEOUT_MS, idleMs: env.GATEWAY_IDLE_TIMEOUT_MS },
    heartbeatMs: env.GATEWAY_HEARTBEAT_MS, drainMs: env.GATEWAY_DRAIN_MS,
    credentials: readCredentials(present, profiles), tracing: readTracing(env),
  };
}

/** As the OpenTelemetry specification has it: a general endpoint gets the path of traces, one for traces is taken as it is, header values are percent-encoded. */
function readTracing(env: z.output<typeof schema>): TracingOptions | null {
  const url = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined ? null : `${env.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/+$/, "")}/v1/traces`);
  if (url === null) return null;
  const headers = Object.fromEntries((env.OTEL_EXPORTER_OTLP_HEADERS ?? "").split(",").filter((pair) => pair !== "").map((pair) => [pair.slice(0, pair.indexOf("=")).trim(), decodeURIComponent(pair.slice(pair.indexOf("=") + 1).trim())]));
  return { url, headers, service: env.OTEL_SERVICE_NAME, sampleRatio: env.OTEL_TRACES_SAMPLER_ARG };
}

function readSecrets(name: string, text: string): VersionedSecrets {
  try {
    return parseVersionedSecrets(text);
  } catch (error) {
    throw new Error(`environment: ${name}: ${error instanceof Error ? error.message : "is malformed"}`, { cause: error });
  }
}

function readCredentials(source: Readonly<Record<string, string | undefined>>, profiles: readonly Profile[]): ReadonlyMap<string, PlatformCredential> {
  try {
    return readPlatformCredentials(source, profiles);
  } catch (error) {
    throw new Error(`environment: ${error instanceof Error ? error.message : "a provider's address is malformed"}`, { cause: error });
  }
}
