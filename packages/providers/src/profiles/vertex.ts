import type { Profile } from "../adapter.ts";

/** Gemini on Google Cloud; the base URL names project and location. */
export const vertex: Profile = {
  id: "vertex", name: "Google Vertex AI", dialect: "gemini", baseUrl: "https://us-central1-aiplatform.googleapis.com/v1/projects/project/locations/us-central1", env: "VERTEX", authorize: "google",
  billsAfterCancel: true,
  hosting: "vertex", baseUrlIsExample: true,
  source: "https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference",
};
