import type { Profile } from "../adapter.ts";

/** The upstream's model name is the deployment's. The base URL decides the surface: `…/openai/v1`, or the resource alone for dated API versions. */
export const azureOpenai: Profile = {
  id: "azure-openai", name: "Azure OpenAI", dialect: "openai", baseUrl: "https://resource.openai.azure.invalid/openai/v1", env: "AZURE_OPENAI", authorize: "api-key",
  hosting: "azure", baseUrlIsExample: true,
  base64Embeddings: true, responses: true,
  source: "https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle",
};
