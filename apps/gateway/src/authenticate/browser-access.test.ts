import { expect, it } from "vitest";
import { BrowserOrigins } from "./browser-access.ts";

const PAGE = "https://app.example";

it("finds a new origin at its first preflight, asks for unknown ones once a second at most, and forgets a removed one within a minute", async () => {
  let nowMs = 0;
  let stored: readonly string[] = [];
  let asked = 0;
  const origins = new BrowserOrigins({ loadBrowserOrigins: async () => { asked++; return stored; } }, () => nowMs);
  expect(await Promise.all([origins.allow(PAGE), origins.allow(PAGE)])).toEqual([false, false]);
  stored = [PAGE];
  nowMs = 1_000;
  expect(await origins.allow(PAGE)).toBe(false);
  expect(asked).toBe(1);
  nowMs = 1_001;
  expect(await origins.allow(PAGE)).toBe(true);
  stored = [];
  nowMs = 61_001;
  expect(await origins.allow(PAGE)).toBe(true);
  nowMs = 61_002;
  expect(await origins.allow(PAGE)).toBe(false);
  expect(asked).toBe(3);
});

it("allows every origin where a key does, and goes on with what it knows while the store is away", async () => {
  let nowMs = 0;
  let away = false;
  const origins = new BrowserOrigins({ loadBrowserOrigins: () => away ? Promise.reject(new Error("away")) : Promise.resolve(["*"]) }, () => nowMs);
  expect(await origins.allow("https://any.example")).toBe(true);
  away = true;
  nowMs = 100_000;
  expect(await origins.allow("https://any.example")).toBe(true);
});
