import { describe, expect, it } from "vitest";
import { isForeign } from "./origin.ts";

const own = "https://app.example.com";
const post = (headers: Record<string, string>) => isForeign({ method: "POST", headers: new Headers(headers) }, own);

describe("cross-site requests", () => {
  it("refuses a POST that the browser marks as cross-site, whatever its origin says", () => {
    expect(post({ "sec-fetch-site": "cross-site", origin: own })).toBe(true);
    expect(post({ "sec-fetch-site": "same-site", origin: "https://evil.example.com" })).toBe(true);
  });
  it("refuses a POST of another origin from a browser without fetch metadata", () => {
    expect(post({ origin: "https://evil.example" })).toBe(true);
    expect(post({ origin: "null", cookie: "authjs.session-token=x" })).toBe(true);
  });
  it("refuses a cookie that comes without any statement of its origin", () => expect(post({ cookie: "authjs.session-token=x" })).toBe(true));
  it("lets the dashboard's own requests and cookieless scripts through", () => {
    expect(post({ "sec-fetch-site": "same-origin" })).toBe(false);
    expect(post({ origin: own, cookie: "a=b" })).toBe(false);
    expect(post({})).toBe(false);
  });
  it("never refuses a safe method", () => expect(isForeign({ method: "GET", headers: new Headers({ "sec-fetch-site": "cross-site" }) }, own)).toBe(false));
});
