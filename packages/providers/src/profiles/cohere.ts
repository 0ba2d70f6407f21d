import type { Profile } from "../adapter.ts";

export const cohere: Profile = {
  id: "cohere", name: "Cohere", dialect: "cohere", baseUrl: "https://api.cohere.com", env: "COHERE", authorize: "bearer",
  source: "https://docs.cohere.com/reference/chat",
};
