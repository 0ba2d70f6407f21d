import { expect, it } from "vitest";
import { resourcePath } from "./paths.ts";

it.each([
  ["/v1/chat/completions", "/chat/completions"], ["/api/v1/chat/completions", "/chat/completions"], ["/openai/v1/chat/completions/", "/chat/completions"],
  ["/v1/v1/chat/completions", "/chat/completions"], ["/chat/completions", "/chat/completions"], ["//v1//chat/completions", "/chat/completions"],
  ["/v1/messages?beta=true", "/messages"], ["/anthropic/v1/messages", "/messages"], ["/anthropic/messages/", "/messages"],
  ["/v1", "/"], ["/", "/"], ["/?x=/v1/messages", "/"], ["/v1/models/openai/gpt-5", "/models/openai/gpt-5"], ["/v1x/messages", "/v1x/messages"],
])("%s means %s", (url, path) => expect(resourcePath(url)).toBe(path));
