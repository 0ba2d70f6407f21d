/**
 * Takes out of a text what a stored prompt must not hold: e-mail addresses, phone and card numbers, keys, and what a project names itself. Decides what looks like
 * one; rather takes out too much than too little. INVARIANT: every pattern, own ones too, is read in time that grows with the text alone: each begins at a literal
 * or at the edge of a word, every repetition is bounded, and what a person writes is never a regular expression.
 */

import type { SecretKind } from "@trunkline/contracts";

/** Letters, digits, `-` and `_` that the `*` of an own pattern stands for. */
const WILDCARD_CHARS_MAX = 64;

export interface Redacted { readonly text: string; /** How many of each kind were taken out. */ readonly found: Readonly<Record<string, number>> }
interface Rule { readonly kind: string; readonly pattern: RegExp; readonly holds?: (text: string) => boolean }

const RULES: readonly Rule[] = [
  { kind: "key", pattern: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,8192}?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)/g },
  { kind: "key", pattern: /\b(?:(?:sk|pk|rk|tl|whsec|ghp|gho|ghs|hf|xox[abprs]|glpat|github_pat)[-_][\w.-]{12,400}|AKIA[A-Z0-9]{12,20}|AIza[\w-]{30,60}|eyJ[\w-]{10,2000}\.[\w-]{2,4000}(?:\.[\w-]{1,2000})?)/g },
  { kind: "key", pattern: /\b[Bb]earer\s{1,3}[\w.~+/=-]{16,1000}/g },
  { kind: "email", pattern: /(?<![\w.+-])[\w.+-]{1,200}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}/g },
  { kind: "card", pattern: /(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g, holds: isCard },
  { kind: "phone", pattern: /(?<![\w.])(?:\+\d(?:[ ()./-]{0,2}\d){6,14}|\(?0\d(?:[ ()./-]{0,2}\d){5,12}|\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4})(?!\w)/g },
];

/** The check digit by Luhn (ISO/IEC 7812-1). */
function isCard(text: string): boolean {
  const digits = [...text].filter((char) => char >= "0" && char <= "9").map(Number).reverse();
  const sum = digits.reduce((total, digit, at) => total + (at % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2), 0);
  return sum % 10 === 0;
}

/** `#` is a digit, the first `*` a run of letters, digits, `-` and `_`; everything else is itself, in either case. */
export function ownRule(text: string): Rule {
  const [before = "", ...after] = text.split("*");
  const literal = (part: string): string => part.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&").replaceAll("#", "\\d");
  return { kind: "own", pattern: new RegExp(after.length === 0 ? literal(before) : `${literal(before)}[\\w-]{1,${WILDCARD_CHARS_MAX}}${literal(after.join("*"))}`, "gi") };
}

/** The first kind of what a project wants in no prompt; the kinds that nobody names are those of stored prompts. */
export function firstFound(text: string, { kinds, patterns }: { readonly kinds: readonly string[]; readonly patterns: readonly string[] }): SecretKind | "own" | null {
  for (const one of patterns) if (ownRule(one).pattern.test(text)) return "own";
  for (const { kind, pattern, holds } of RULES) {
    if (!kinds.includes(kind)) continue;
    for (const [match] of text.matchAll(pattern)) if (!holds || holds(match)) return kind as SecretKind;
  }
  return null;
}

/** `own`: rules of the project. */
export function redact(text: string, own: readonly Rule[]): Redacted {
  const found: Record<string, number> = {};
  const clean = [...own, ...RULES].reduce((current, { kind, pattern, holds }) => current.replace(pattern, (match) => {
    if (holds && !holds(match)) return match;
    found[kind] = (found[kind] ?? 0) + 1;
    return `[${kind} removed]`;
  }), text);
  return { text: clean, found };
}
