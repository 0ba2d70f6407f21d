/** Long enough to be told apart, short enough for a URL. */
const SLUG_LENGTH_MAX = 40;
/** First path segments of the dashboard's own routes; an organization of that name would be unreachable. */
const RESERVED = new Set(["api", "app", "dev", "docs", "sign-in", "sign-up", "login", "signup", "forgot-password", "reset-password", "invite", "healthz", "verify", "reset", "models", "settings", "status", "new", "openapi-json", "onboarding", "account", "admin", "static"]);

/** `Ada Lovelace & Co` → `ada-lovelace-co`; a name without any letter or digit gives `organization`. */
export function slugFrom(name: string): string {
  const slug = name.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, SLUG_LENGTH_MAX).replace(/-+$/, "");
  if (slug === "") return "organization";
  return RESERVED.has(slug) ? `${slug}-org` : slug;
}
