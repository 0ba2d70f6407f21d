/**
 * Answers for OpenRouter's own SDKs, which check every answer against a schema and throw where it differs: a member that may be
 * absent must not be null, and `cost_details` has two more sums (https://openrouter.ai/docs/api-reference/overview). It decides
 * who such a caller is and what is changed for it; nobody else's bytes pass through here.
 */
import type { TokenUsage } from "@trunkline/contracts";
import { spliceTopLevel } from "@trunkline/protocol";
import type { AnswerExtras, ProviderAdapter, Relayed, StreamRelay } from "../adapter.ts";
import { splitFrames } from "../relay/whole-frames.ts";

/** Their generator writes the agent: `speakeasy-sdk/typescript 1.3.19 … @openrouter/sdk`. */
export function isOpenRouterSdk(headers: Readonly<Record<string, string>>): boolean {
  const agent = headers["user-agent"];
  return agent !== undefined && agent.startsWith("speakeasy-sdk/") && agent.includes("openrouter");
}

/** The same provider, answering such a caller. */
export function forOpenRouterSdk(adapter: ProviderAdapter): ProviderAdapter {
  return {
    ...adapter,
    relayBody: (call, upstream, extras) => adapter.relayBody(call, upstream, withSums(extras)),
    relayStream: (call, target, extras) => new StrictStream(adapter.relayStream(call, target, withSums(extras))),
  };
}

function withSums(extras: AnswerExtras): AnswerExtras {
  return {
    ...extras,
    costDetails: (usage) => {
      const completions = extras.cost(onlyOutput(usage));
      // Last, because the sum that was asked for last is the one that the explanation shows.
      const whole = extras.cost(usage);
      return { upstream_inference_cost: whole, upstream_inference_prompt_cost: Math.max(0, whole - completions), upstream_inference_completions_cost: completions };
    },
  };
}

const onlyOutput = (usage: TokenUsage): TokenUsage => ({ ...usage, inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 });

/** Members of a chunk that may be absent, but not null. */
const ABSENT_IF_NULL = /"(usage|system_fingerprint)"\s*:\s*null/;

/** The inner relay gives whole events; those with such a member are written anew. */
class StrictStream implements StreamRelay {
  constructor(private readonly inner: StreamRelay) {}

  get committed(): boolean { return this.inner.committed; }
  get contentBytes(): number { return this.inner.contentBytes; }
  get failure(): StreamRelay["failure"] { return this.inner.failure; }

  push(bytes: Uint8Array): Uint8Array { return withoutNulls(this.inner.push(bytes)); }

  end(...ending: Parameters<StreamRelay["end"]>): Relayed {
    const { bytes, observation } = this.inner.end(...ending);
    return { bytes: withoutNulls(bytes), observation };
  }
}

function withoutNulls(bytes: Uint8Array): Uint8Array {
  const region = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return ABSENT_IF_NULL.test(region.toString("latin1")) ? Buffer.concat(splitFrames(region).map(withoutNullsIn)) : bytes;
}

function withoutNullsIn(frame: Uint8Array): Uint8Array {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  const start = bytes.indexOf("{");
  const end = bytes.lastIndexOf("}") + 1;
  if (start < 0 || end <= start) return frame;
  try {
    const json = bytes.subarray(start, end);
    const chunk = JSON.parse(json.toString("utf8")) as Readonly<Record<string, unknown>>;
    const edits = Object.fromEntries(["usage", "system_fingerprint"].filter((name) => chunk[name] === null).map((name) => [name, null]));
    return Buffer.concat([bytes.subarray(0, start), spliceTopLevel(json, edits), bytes.subarray(end)]);
  } catch {
    return frame;
  }
}
