import type { Profile } from "../adapter.ts";

/** Text in, text out: its language models take one prompt. The tools and forms that others would emulate are no field here. */
export const replicate: Profile = {
  id: "replicate", name: "Replicate", dialect: "replicate", baseUrl: "https://api.replicate.com/v1", env: "REPLICATE", authorize: "bearer",
  omits: ["tools", "functions"],
  source: "https://replicate.com/docs/reference/http",
};
