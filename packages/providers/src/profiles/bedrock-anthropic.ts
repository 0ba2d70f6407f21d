import type { Profile } from "../adapter.ts";

/** Claude on Amazon Bedrock by InvokeModel, in Anthropic's own wire: what Converse leaves out passes. */
export const bedrockAnthropic: Profile = {
  id: "bedrock-anthropic", name: "Claude on Amazon Bedrock", dialect: "anthropic", baseUrl: "https://bedrock-runtime.us-east-1.amazonaws.com", env: "BEDROCK", authorize: "sigv4",
  billsAfterCancel: true,
  hosting: "bedrock",
  source: "https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html",
};
