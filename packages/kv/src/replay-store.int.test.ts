import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createReplayStore, type ReplayStore } from "./replay-store.ts";

const redisUrl = process.env["REDIS_URL"] ?? "";
if (redisUrl === "") throw new Error("REDIS_URL is not set: these tests use a real Redis");
const HOUR_MS = 3_600_000;

describe.each([{ form: "redis", options: { redisUrl } }, { form: "memory", options: {} }])("the replay store, $form form", ({ options }) => {
  let store: ReplayStore | undefined;
  const start = (): ReplayStore => (store = createReplayStore(options));
  afterEach(() => store?.close());

  it("gives a key to one of many callers, and its answer to all later ones", async () => {
    const [one, key] = [start(), randomUUID()];
    const states = (await Promise.all(Array.from({ length: 20 }, () => one.claim(key, HOUR_MS)))).map((claim) => claim.state);
    expect([states.filter((state) => state === "claimed").length, states.filter((state) => state === "running").length]).toEqual([1, 19]);
    await one.finish(key, "answer", HOUR_MS);
    expect(await one.claim(key, HOUR_MS)).toEqual({ state: "done", value: "answer" });
    expect(await one.claim(randomUUID(), HOUR_MS)).toEqual({ state: "claimed" });
  });

  it("frees a key that was released, and one whose caller died", async () => {
    const [one, released, lapsed] = [start(), randomUUID(), randomUUID()];
    await one.claim(released, HOUR_MS);
    await one.release(released);
    expect(await one.claim(released, HOUR_MS)).toEqual({ state: "claimed" });
    await one.claim(lapsed, 20);
    await vi.waitFor(async () => expect(await one.claim(lapsed, HOUR_MS)).toEqual({ state: "claimed" }), 2_000);
  });

  it("keeps a claim that is extended in time", async () => {
    const [one, key] = [start(), randomUUID()];
    await one.claim(key, 60);
    await one.extend(key, HOUR_MS);
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect((await one.claim(key, HOUR_MS)).state).toBe("running");
  });

  it("forgets an answer when its time is over", async () => {
    const [one, key] = [start(), randomUUID()];
    await one.claim(key, HOUR_MS);
    await one.finish(key, "answer", 20);
    await vi.waitFor(async () => expect((await one.claim(key, HOUR_MS)).state).toBe("claimed"), 2_000);
  });
});

it("says that Redis is away rather than letting a call run twice", async () => {
  const store = createReplayStore({ redisUrl: "redis://127.0.0.1:1" });
  await expect(store.claim("k", HOUR_MS)).rejects.toMatchObject({ name: "DependencyUnavailable", dependency: "redis" });
  await store.close();
});
