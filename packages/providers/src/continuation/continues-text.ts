/**
 * Who goes on from a beginning instead of answering anew, where the conversation ends in a message of the assistant. Only what a
 * provider's own pages say counts; everybody else would repeat themselves or refuse, so they are never asked to.
 */

/** https://console.groq.com/docs/prefilling: any text model it hosts. */
const ANY_MODEL: ReadonlySet<string> = new Set(["groq"]);
/** https://docs.anthropic.com/en/docs/build-with-claude/prompt-engineering/prefill-claudes-response: 4.6 and later refuse a beginning. */
const CLAUDE_HOSTS: ReadonlySet<string> = new Set(["anthropic", "bedrock-anthropic"]);
const CLAUDE_CONTINUES = /\/claude-(?:3|(?:haiku|sonnet|opus)-4(?:\.[15])?$)/;

/** `model` as the catalogue names it. */
export const continuesText = (provider: string, model: string): boolean => ANY_MODEL.has(provider) || (CLAUDE_HOSTS.has(provider) && CLAUDE_CONTINUES.test(model));
