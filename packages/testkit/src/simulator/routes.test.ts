import { expect, it } from "vitest";
import { findRoute } from "./routes.ts";
import { StandingFaults } from "./standing-faults.ts";

it("refuses a standing order that it does not know, and keeps the ones before", () => {
  const standing = new StandingFaults();
  standing.replace({ openai: "status=503", "*": null });
  expect(() => standing.replace({ openai: "stats=1" })).toThrow(/stats=1/);
  expect(() => standing.replace("status=503")).toThrow(TypeError);
  expect(standing.all()).toEqual({ openai: "status=503" });
  standing.replace([{ simulate: "pace=1" }, { provider: "groq", simulate: "reset" }]);
  expect(standing.rules.map((rule) => rule.provider)).toEqual([null, "groq"]);
});

it("knows the wire by the end of the path, and the provider by its first segment", () => {
  expect(findRoute("POST", "/mistral/v1/chat/completions")).toMatchObject({ provider: "mistral", wire: "openai", path: "/v1/chat/completions" });
  expect(findRoute("POST", "/groq/openai/v1/chat/completions/")).toMatchObject({ provider: "groq", wire: "openai" });
  expect(findRoute("POST", "/v1/messages")).toMatchObject({ provider: "anthropic", wire: "anthropic", path: "/v1/messages" });
  expect(findRoute("POST", "/v1beta/models/g:generateContent")).toMatchObject({ provider: "gemini", wire: "gemini" });
  expect(findRoute("POST", "/vertex/v1/projects/p/locations/l/publishers/google/models/g:streamGenerateContent")).toMatchObject({ provider: "vertex", wire: "gemini" });
  expect(findRoute("POST", "/bedrock/model/anthropic.claude-v2%3A1/converse-stream")).toMatchObject({ provider: "bedrock", wire: "bedrock" });
  expect(findRoute("POST", "/bedrock-anthropic/model/c/invoke-with-response-stream")).toMatchObject({ wire: "bedrock_anthropic" });
  expect(findRoute("POST", "/vertex-anthropic/publishers/anthropic/models/claude@1:streamRawPredict")).toMatchObject({ wire: "vertex_anthropic" });
  expect(findRoute("POST", "/cohere/v2/chat")).toMatchObject({ provider: "cohere", wire: "cohere" });
  expect(findRoute("GET", "/anthropic/v1/models")).toMatchObject({ wire: "anthropic", operation: "models" });
  expect(findRoute("GET", "/openai/v1/chat/completions")).toBeNull();
});
