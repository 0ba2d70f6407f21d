/**
 * Models whose makers have named the day on which they end, by exact id. Decides nothing: a provider may serve longer, and other hosts keep days of their own. It promises what
 * the makers' pages say, so that nobody learns of an end by a failing call.
 */
export interface Retirement {
  /** ISO day. */
  readonly on: string;
  /** What the maker recommends in its place, as the catalogue names it. */
  readonly instead: string;
}

/** https://platform.openai.com/docs/deprecations, read 2026-11. */
const OPENAI: Readonly<Record<string, Retirement>> = {
  "openai/codex-mini": { on: "2026-01-16", instead: "openai/gpt-5.1-codex-mini" },
  "openai/gpt-5-chat": { on: "2026-07-23", instead: "openai/gpt-5.5" }, "openai/gpt-5.1-chat": { on: "2026-07-23", instead: "openai/gpt-5.5" },
  "openai/gpt-5-codex": { on: "2026-07-23", instead: "openai/gpt-5.4" }, "openai/gpt-5.1-codex": { on: "2026-07-23", instead: "openai/gpt-5.4" }, "openai/gpt-5.1-codex-max": { on: "2026-07-23", instead: "openai/gpt-5.4" },
  "openai/gpt-5.1-codex-mini": { on: "2026-07-23", instead: "openai/gpt-5.4-mini" }, "openai/gpt-5.2-codex": { on: "2026-07-23", instead: "openai/gpt-5.4" },
  "openai/gpt-5.2-chat": { on: "2026-08-10", instead: "openai/gpt-5.5" }, "openai/gpt-5.3-chat": { on: "2026-08-10", instead: "openai/gpt-5.5" },
  "openai/gpt-3.5-turbo": { on: "2026-10-23", instead: "openai/gpt-4.1-mini" }, "openai/gpt-3.5-turbo-0125": { on: "2026-10-23", instead: "openai/gpt-4.1-mini" },
};
/** https://platform.claude.com/docs/en/about-claude/model-deprecations, read 2026-11: on Anthropic's own platforms. */
const ANTHROPIC: Readonly<Record<string, Retirement>> = {
  "anthropic/claude-sonnet-4": { on: "2026-06-15", instead: "anthropic/claude-sonnet-4.6" }, "anthropic/claude-opus-4": { on: "2026-06-15", instead: "anthropic/claude-opus-4.8" },
  "anthropic/claude-opus-4.1": { on: "2026-08-05", instead: "anthropic/claude-opus-4.8" },
};
const RETIREMENTS: ReadonlyMap<string, Retirement> = new Map(Object.entries({ ...OPENAI, ...ANTHROPIC }));

/** null: its maker has named no day. */
export const retirementOf = (model: string): Retirement | null => RETIREMENTS.get(model) ?? null;
/** Every one, for the test that holds the names to the catalogue. */
export const retirements = (): ReadonlyMap<string, Retirement> => RETIREMENTS;
