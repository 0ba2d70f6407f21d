import type { Profile } from "../adapter.ts";

/** Claude on Google Cloud: the credential and the address are those of `vertex`. */
export const vertexAnthropic: Profile = {
  id: "vertex-anthropic", name: "Claude on Vertex AI", dialect: "anthropic", baseUrl: "https://us-east5-aiplatform.googleapis.com/v1/projects/project/locations/us-east5", env: "VERTEX", authorize: "google",
  billsAfterCancel: true,
  hosting: "vertex", baseUrlIsExample: true,
  source: "https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude",
};
