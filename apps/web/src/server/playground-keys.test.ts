import { describe, expect, it } from "vitest";
import { createPlaygroundKeys, isPlaygroundKey, type PlaygroundCaller } from "./playground-keys.ts";

const caller = (role: "owner" | "developer" = "owner"): PlaygroundCaller => ({ actor: { organizationId: "org_1", role, userId: "usr_1", label: "user:usr_1" }, projectId: "prj_1", mode: "test" });

function keys(startMs = 0) {
  const issued: Date[] = [];
  const clock = { ms: startMs };
  const { keyOf, forget } = createPlaygroundKeys({ nowMs: () => clock.ms, issue: async (_caller, expiresAt) => { issued.push(expiresAt); return `secret-${issued.length}`; } });
  return { keyOf, forget, issued, clock };
}

describe("the playground's keys", () => {
  it("serve a sitting with one key that ends within the hour", async () => {
    const { keyOf, issued } = keys();
    expect(await Promise.all([keyOf(caller()), keyOf(caller())])).toEqual(["secret-1", "secret-1"]);
    expect(issued).toEqual([new Date(3_600_000)]);
  });

  it("are made anew before they could end during an answer", async () => {
    const { keyOf, clock } = keys();
    await keyOf(caller());
    clock.ms = 3_600_000 - 5 * 60_000;
    expect(await keyOf(caller())).toBe("secret-2");
  });

  it("are not shared between books, nor kept by a person whose role changed", async () => {
    const { keyOf, issued } = keys();
    await keyOf(caller());
    await keyOf({ ...caller(), mode: "live" });
    await keyOf(caller("developer"));
    expect(issued).toHaveLength(3);
  });

  it("are made anew after the gateway refused one", async () => {
    const { keyOf, forget } = keys();
    await keyOf(caller());
    forget(caller());
    expect(await keyOf(caller())).toBe("secret-2");
  });

  it("are known from a key that a person called the same", () => {
    const createdAt = new Date(1_000);
    expect(isPlaygroundKey({ name: "playground", createdAt, expiresAt: new Date(3_600_000) })).toBe(true);
    expect(isPlaygroundKey({ name: "playground", createdAt, expiresAt: null })).toBe(false);
    expect(isPlaygroundKey({ name: "playground", createdAt, expiresAt: new Date(90 * 86_400_000) })).toBe(false);
    expect(isPlaygroundKey({ name: "prod-api", createdAt, expiresAt: new Date(3_600_000) })).toBe(false);
  });

  it("are asked for again after a refusal", async () => {
    let refused = true;
    const { keyOf } = createPlaygroundKeys({ nowMs: () => 0, issue: async () => { if (refused) throw new Error("no"); return "secret"; } });
    await expect(keyOf(caller())).rejects.toThrow("no");
    refused = false;
    expect(await keyOf(caller())).toBe("secret");
  });
});
