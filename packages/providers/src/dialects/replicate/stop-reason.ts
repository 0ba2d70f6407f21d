import type { ChatFinishReason } from "@trunkline/protocol";

/** https://replicate.com/docs/topics/predictions/lifecycle */
export const isUnderWay = (status: unknown): boolean => status === "starting" || status === "processing";

/** QUIRK(replicate): a prediction says that it ended, not why; one that ran into its limit is told by its tokens alone. Null for any that did not succeed. */
export function finishReasonFrom(status: unknown, tokens: { readonly output: number | null; readonly most: number | null }): ChatFinishReason | null {
  if (status !== "succeeded") return null;
  return tokens.output !== null && tokens.most !== null && tokens.output >= tokens.most ? "length" : "stop";
}
