/** The only reader of process.env in this app. Read at the first request, not at build time, so that an image is built without secrets. */
import { z } from "zod";

const secrets = z.string().regex(/^\d+:[A-Za-z0-9+/=_-]+(,\d+:[A-Za-z0-9+/=_-]+)*$/, "must look like 1:base64,2:base64");
const optionalText = z.string().optional().transform((value) => (value === "" ? undefined : value));

const schema = z.object({
  DATABASE_URL: z.string().min(1),
  REDIS_URL: optionalText,
  AUTH_SECRET: z.string().min(16),
  API_KEY_PEPPERS: secrets,
  PUBLIC_WEB_URL: z.url(),
  PUBLIC_GATEWAY_URL: z.url(),
  SMTP_URL: optionalText,
  MAIL_FROM: z.string().default("Trunkline <no-reply@localhost>"),
  MAIL_DIR: optionalText,
  AUTH_GITHUB_ID: optionalText, AUTH_GITHUB_SECRET: optionalText,
  AUTH_GOOGLE_ID: optionalText, AUTH_GOOGLE_SECRET: optionalText,
  STRIPE_SECRET_KEY: optionalText, STRIPE_WEBHOOK_SECRET: optionalText, STRIPE_API_BASE: optionalText,
  /** Id of the organization whose members see the books of the whole installation. */
  OPERATOR_ORGANIZATION: optionalText,
  /** How many reverse proxies of ours append to `x-forwarded-for`; 0 ignores the header. */
  TRUSTED_PROXY_HOPS: z.coerce.number().int().min(0).max(8).default(0),
});

/** What keeping and checking provider keys needs, in the dashboard and on the command line. */
const credentialSchema = z.object({
  ENCRYPTION_KEYS: z.preprocess((value) => (value === "" ? undefined : value), secrets.optional()),
  OUTBOUND_PRIVATE_ADDRESSES: z.enum(["refuse", "allow"]).default("refuse"),
});
export interface CredentialEnv extends z.infer<typeof credentialSchema> {
  /** `<PROVIDER>_BASE_URL` by its prefix: where this installation reaches a provider. */
  readonly baseUrls: ReadonlyMap<string, string>;
}
const BASE_URL = "_BASE_URL";

export type WebEnv = z.infer<typeof schema>;
const cliSchema = schema.pick({ DATABASE_URL: true, API_KEY_PEPPERS: true, REDIS_URL: true });
export type CliEnv = z.infer<typeof cliSchema>;

/** BSD sysexits EX_CONFIG. */
export const EXIT_CONFIG = 78;

function parseWith<T>(parser: z.ZodType<T>): T {
  const result = parser.safeParse(process.env);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new Error(`environment: ${issue?.path.join(".") ?? "?"} ${issue?.message ?? "is malformed"}`);
}

let cached: WebEnv | undefined;
/** Throws an Error that names the first missing or malformed variable; never its value. */
export const webEnv = (): WebEnv => (cached ??= parseWith(schema));
export const cliEnv = (): CliEnv => parseWith(cliSchema);

/** Whoever has the signing keys needs no other to check with; undefined elsewhere. */
export const receiptEnv = (): string | undefined => parseWith(z.object({ RECEIPT_SIGNING_KEYS: z.preprocess((value) => (value === "" ? undefined : value), secrets.optional()) })).RECEIPT_SIGNING_KEYS;

export const credentialEnv = (): CredentialEnv => ({
  ...parseWith(credentialSchema),
  baseUrls: new Map(Object.entries(process.env).flatMap(([name, value]) => (name.endsWith(BASE_URL) && value ? [[name.slice(0, -BASE_URL.length), value.replace(/\/+$/, "")] as const] : []))),
});
