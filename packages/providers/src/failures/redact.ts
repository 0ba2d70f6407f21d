/** A sentence long enough to mend a request by; a provider's error body may be megabytes of HTML. */
export const PUBLIC_MESSAGE_CHARS_MAX = 300;

const MASK = "[redacted]";
const SECRETS: readonly RegExp[] = [
  /\bBearer\s+[^\s"',;]+/gi,
  /\b(?:sk|pk|rk|gsk|xai|tl|fw|tgp|key|AIza|ya29)[-_.][^\s"',;]{4,}/g,
  /\bAIza[\w-]{10,}/g,
  /\b[^\s"',;@:/]+:[^\s"',;@:/]+@/g,
  /\b(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])[\w+/=-]{24,}/g,
];

/** What a caller may see of an upstream's words: one line, bounded, with nothing in it that looks like a key. */
export function publicMessage(message: string, fallback: string): string {
  const line = message.slice(0, PUBLIC_MESSAGE_CHARS_MAX * 8).replace(/<[^>]{0,400}>/g, " ").replace(/[\s\p{Cc}]+/gu, " ").trim();
  let masked = line;
  for (const secret of SECRETS) masked = masked.replace(secret, MASK);
  if (masked === "") return fallback;
  return masked.length <= PUBLIC_MESSAGE_CHARS_MAX ? masked : `${masked.slice(0, PUBLIC_MESSAGE_CHARS_MAX - 1)}…`;
}
