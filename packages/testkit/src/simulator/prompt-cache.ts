// The provider-side prompt cache: decides how many tokens of a prompt were read from or written to it. It keeps
// hashes only, and is bounded; a prompt is recognised by its leading blocks, as real prefix caches do.

import type { Prompt } from "./call.ts";
import { countTokens, hashText } from "./tokens.ts";

/** Characters of a block: 128 tokens of four bytes, the granularity that OpenAI documents for its prefix cache. */
const BLOCK_CHARACTERS = 512;
const BLOCK_TOKENS = 128;
/** A prefix below 1024 tokens is never cached without a marker, as OpenAI documents. */
const AUTOMATIC_TOKENS_MIN = 1024;
/** Blocks looked at; 64k tokens of prefix bound the work for a huge prompt. */
const BLOCKS_MAX = 512;
/** Remembered prefixes; the oldest go first. */
const PREFIXES_MAX = 20_000;

export interface CacheUse {
  readTokens: number;
  writeTokens: number;
}

const NOTHING: CacheUse = { readTokens: 0, writeTokens: 0 };

export class PromptCache {
  private readonly seen = new Set<number>();

  private remember(hash: number): void {
    if (this.seen.has(hash)) return;
    if (this.seen.size >= PREFIXES_MAX) {
      for (const oldest of this.seen) {
        this.seen.delete(oldest);
        break;
      }
    }
    this.seen.add(hash);
  }

  /** Looks a prompt up and remembers it. `scope` parts the caches, by provider and model. */
  use(scope: string, prompt: Prompt): CacheUse {
    if (prompt.namedCacheTokens > 0) return { readTokens: prompt.namedCacheTokens, writeTokens: 0 };
    if (prompt.markedSegments !== null) return this.useMarked(scope, prompt, prompt.markedSegments);
    return prompt.tokens > AUTOMATIC_TOKENS_MIN ? this.useAutomatic(scope, prompt) : NOTHING;
  }

  private useMarked(scope: string, prompt: Prompt, markedSegments: number): CacheUse {
    let hash = hashText(scope);
    let tokens = 0;
    let readTokens = 0;
    for (const segment of prompt.segments.slice(0, markedSegments)) {
      hash = hashText(segment, hash);
      tokens += countTokens(segment);
      if (this.seen.has(hash)) readTokens = tokens;
      this.remember(hash);
    }
    return { readTokens, writeTokens: tokens - readTokens };
  }

  private useAutomatic(scope: string, prompt: Prompt): CacheUse {
    const text = prompt.segments.join("\n");
    const blocks = Math.min(Math.floor(text.length / BLOCK_CHARACTERS), BLOCKS_MAX);
    let hash = hashText(scope);
    let known = 0;
    for (let block = 0; block < blocks; block += 1) {
      hash = hashText(text.slice(block * BLOCK_CHARACTERS, (block + 1) * BLOCK_CHARACTERS), hash);
      if (known === block && this.seen.has(hash)) known += 1;
      this.remember(hash);
    }
    const readTokens = known * BLOCK_TOKENS;
    return readTokens >= AUTOMATIC_TOKENS_MIN ? { readTokens: Math.min(readTokens, prompt.tokens), writeTokens: 0 } : NOTHING;
  }
}
