/**
 * Who goes on from a beginning instead of answering anew, where the conversation ends in a message of the assistant, and how that is asked
 * for. Only what a provider's own pages say counts; everybody else would repeat themselves or refuse, so they are never asked to.
 */

export interface Continuing {
  /** What the beginning's message carries beside its text. */
  readonly mark: Readonly<Record<string, true>>;
  /** The answer begins with the beginning once more. */
  readonly repeats: boolean;
}

const UNMARKED: Continuing = { mark: {}, repeats: false };
/** https://docs.anthropic.com/en/docs/build-with-claude/prompt-engineering/prefill-claudes-response: 4.6 and later refuse a beginning. */
const CLAUDE = /\/claude-(?:3|(?:haiku|sonnet|opus)-4(?:\.[15])?$)/;

interface Rule extends Continuing { readonly models: RegExp }
const RULES: ReadonlyMap<string, Rule> = new Map(Object.entries({
  /** https://console.groq.com/docs/prefilling: any text model it hosts. */
  groq: { ...UNMARKED, models: /^/ },
  anthropic: { ...UNMARKED, models: CLAUDE },
  "bedrock-anthropic": { ...UNMARKED, models: CLAUDE },
  /** https://docs.mistral.ai/guides/prefix: the answer contains the prefix. Models that think first would do so again. */
  mistral: { mark: { prefix: true }, repeats: true, models: /\/(?!magistral)/ },
  /** https://platform.kimi.ai/docs/api/partial: the answer does not contain it. Not said of models that always think, nor of the newest. */
  moonshot: { mark: { partial: true }, repeats: false, models: /\/(?:moonshot-v1-|kimi-k2(?:-\d{4}-preview|-turbo-preview|\.[56])$)/ },
}));

/** Null: not asked. `model` as the catalogue names it. */
export function continuing(provider: string, model: string): Continuing | null {
  const rule = RULES.get(provider);
  return rule?.models.test(model) ? rule : null;
}
