import { describe, expect, it } from "vitest";
import { buildRequest } from "./playground-request.ts";
import { EMPTY_PROMPT } from "./prompt.ts";

const asked = { ...EMPTY_PROMPT, user: "Hello" };
const bodyOf = (prompt: typeof asked): unknown => buildRequest(prompt).body?.("auto");

describe("the playground's request", () => {
  it("holds nothing that was not asked for", () => {
    expect(bodyOf(asked)).toEqual({ model: "auto", messages: [{ role: "user", content: "Hello" }] });
  });

  it("carries system prompt, pictures, tools, schema and parameters as the API takes them", () => {
    expect(bodyOf({ ...asked, system: "Be brief.", images: ["data:image/png;base64,AA=="], tools: '{"name":"now","parameters":{}}', schema: '{"type":"object"}', effort: "low", temperature: "0", maxTokens: "20" })).toEqual({
      model: "auto",
      messages: [{ role: "system", content: "Be brief." }, { role: "user", content: [{ type: "text", text: "Hello" }, { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } }] }],
      tools: [{ type: "function", function: { name: "now", parameters: {} } }], response_format: { type: "json_schema", json_schema: { name: "answer", strict: true, schema: { type: "object" } } },
      reasoning_effort: "low", temperature: 0, max_tokens: 20,
    });
  });

  it.each([[{ ...asked, user: " " }, "message"], [{ ...asked, tools: "[1]" }, "Tools"], [{ ...asked, tools: "{" }, "Tools"], [{ ...asked, schema: "[]" }, "schema"]])("says what is wrong before anything is sent", (prompt, word) => {
    expect(buildRequest(prompt).problem).toContain(word);
  });
});
