import { describe, expect, it } from "vitest";
import { CLIENTS, envLine, maskKey, snippetFor } from "./snippets.ts";

const KEY = "tl_test_7hQ2mVx9Ka_0123456789abcdefghijklmnopqrstuvwxa9Qx";

describe("snippets", () => {
  it("carry the whole key and the gateway's address, for every client", () => {
    for (const client of CLIENTS) {
      const text = snippetFor(client, { gatewayUrl: "https://gateway.example", apiKey: KEY });
      expect(text).toContain(KEY);
      expect(text).toContain("https://gateway.example");
    }
  });
  it("never double the version, however the address is configured", () => {
    for (const gatewayUrl of ["https://gateway.example", "https://gateway.example/", "https://gateway.example/v1", "https://gateway.example/v1/"]) {
      expect(snippetFor("curl", { gatewayUrl, apiKey: KEY })).toContain("curl https://gateway.example/v1/chat/completions ");
      expect(snippetFor("Claude Code", { gatewayUrl, apiKey: KEY })).toContain('ANTHROPIC_BASE_URL="https://gateway.example"');
    }
  });
  it("send valid JSON from curl", () => {
    const body = /'(\{[\s\S]*\})'/.exec(snippetFor("curl", { gatewayUrl: "https://gateway.example", apiKey: KEY }))?.[1] ?? "";
    expect(JSON.parse(body)).toMatchObject({ model: "auto", messages: [{ role: "user" }] });
  });
  it("write the .env line with the whole key", () => {
    expect(envLine(KEY)).toBe(`TRUNKLINE_API_KEY=${KEY}`);
  });
});

describe("maskKey", () => {
  it("hides all of the secret but its last four characters", () => {
    expect(maskKey(KEY)).toBe("tl_test_7hQ2mVx9Ka_••••••••a9Qx");
  });
  it("keeps a placeholder as it is", () => {
    expect(maskKey("YOUR_TRUNKLINE_KEY")).toBe("YOUR_TRUNKLINE_KEY");
  });
});
