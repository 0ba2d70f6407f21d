import { describe, expect, it } from "vitest";
import { relyingParty } from "./passkeys.ts";

describe("whose passkeys they are", () => {
  it("is the dashboard's own name, with TLS or on the reader's own machine", () => {
    expect(relyingParty("https://app.trunkline.example:8443/")).toEqual({ id: "app.trunkline.example", origin: "https://app.trunkline.example:8443" });
    expect(relyingParty("http://localhost:4003")).toEqual({ id: "localhost", origin: "http://localhost:4003" });
  });

  it.each(["http://127.0.0.1:4003", "https://10.0.0.7", "https://[::1]:4003", "http://app.trunkline.example"])("is nobody at %s, where browsers make none", (url) => {
    expect(relyingParty(url)).toBeNull();
  });
});
