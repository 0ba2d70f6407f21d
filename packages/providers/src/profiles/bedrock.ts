import type { Profile } from "../adapter.ts";

/** Every model of Amazon Bedrock by Converse. The credential is a Bedrock API key, or `ACCESS_KEY_ID:SECRET_ACCESS_KEY[:SESSION_TOKEN]`; the region stands in the address. */
export const bedrock: Profile = {
  id: "bedrock", name: "Amazon Bedrock", dialect: "bedrock", baseUrl: "https://bedrock-runtime.us-east-1.amazonaws.com", env: "BEDROCK", authorize: "sigv4",
  billsAfterCancel: true,
  source: "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html",
};
