import { describe, expect, it } from "vitest";
import { regionOf } from "./regions.ts";

const at = (provider: string, address: string, upstreamModel = "m"): string | null => regionOf({ provider, address, upstreamModel });
const bedrock = (zone: string, model: string): string | null => at("bedrock", `https://bedrock-runtime.${zone}.amazonaws.com`, model);
const vertex = (zone: string): string | null => at("vertex", `https://${zone}-aiplatform.googleapis.com/v1/projects/p/locations/${zone}`);

describe("where a request is processed", () => {
  it("is the zone of Amazon that the address names, for a model that is called there", () => {
    expect([bedrock("us-east-1", "amazon.nova-lite-v1:0"), bedrock("eu-central-1", "amazon.nova-lite-v1:0"), bedrock("eu-west-2", "m.m"), bedrock("eu-central-2", "m.m"), bedrock("ap-northeast-1", "m.m"), bedrock("ap-northeast-2", "m.m")]).toEqual(["us", "eu", "uk", "ch", "jp", "kr"]);
  });
  it("is the geography of an inference profile, and nowhere in particular for the global one and the one of several countries", () => {
    expect([bedrock("eu-central-1", "eu.anthropic.claude"), bedrock("us-east-1", "us.anthropic.claude"), bedrock("eu-central-1", "global.anthropic.claude"), bedrock("ap-southeast-1", "apac.anthropic.claude")]).toEqual(["eu", "us", null, null]);
  });
  it("is the zone or group of Google that the address names; the global address promises none", () => {
    expect([vertex("us-central1"), vertex("europe-west4"), vertex("europe-west2"), vertex("europe-west6"), vertex("me-west1"), at("vertex", "https://aiplatform.googleapis.com/v1/projects/p/locations/global"), at("vertex-anthropic", "https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu")]).toEqual(["us", "eu", "uk", "ch", null, null, "eu"]);
  });
  it("is a host's that the provider keeps for one region", () => {
    expect([at("openai", "https://eu.api.openai.com/v1"), at("openai", "https://api.openai.com/v1"), at("mistral", "https://api.eu.mistral.ai/v1"), at("mistral", "https://api.mistral.ai/v1"), at("deepseek", "https://api.deepseek.com")]).toEqual(["eu", null, "eu", null, "cn"]);
  });
  it.each(["https://eu.api.openai.com.example/v1", "https://example/eu.api.openai.com", "http://127.0.0.1:4000/openai", "not an address"])("is promised by no other address: %s", (address) => {
    expect([at("openai", address), at("bedrock", address), at("vertex", address), at("nobody", address)]).toEqual([null, null, null, null]);
  });
});
