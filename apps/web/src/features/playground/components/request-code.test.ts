import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { LANGUAGES, requestCode } from "./request-code.ts";

const body = { model: "auto", messages: [{ role: "user", content: "It's \"null\" or true?\nNext line" }], stream: true, stop: null };

describe("a playground request as a program", () => {
  it("names the gateway once, and holds no key", () => {
    for (const language of LANGUAGES) {
      const code = requestCode(language, "https://gateway.example/v1/", body);
      expect(code).toContain("https://gateway.example/v1");
      expect(code).not.toContain("/v1/v1");
      expect(code).not.toContain("tl_");
    }
  });

  it("gives a shell exactly the body, quotes and all", () => {
    const sent = requestCode("curl", "https://g.example", body).split(" -d ")[1] ?? "";
    expect(JSON.parse(execFileSync("sh", ["-c", `printf %s ${sent}`], { encoding: "utf8" }))).toEqual(body);
  });

  it("writes Python's literals, but leaves text alone", () => {
    const code = requestCode("Python", "https://g.example", body);
    expect(code).toContain("stream=True,");
    expect(code).toContain("stop=None,");
    expect(code).toContain(String.raw`"It's \"null\" or true?\nNext line"`);
  });
});
