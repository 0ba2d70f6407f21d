import { describe, expect, it } from "vitest";
import { EndUserPlans } from "./end-user-plans.ts";

const never = (): Promise<void> => new Promise(() => undefined);

/** A store whose rows, delay and health the test decides. */
function started({ rows = {}, wait = never }: { rows?: Record<string, string>; wait?: () => Promise<void> } = {}) {
  const state = { nowMs: 0, asked: [] as string[], answer: (name: string): Promise<string | null> => Promise.resolve(rows[name] ?? null) };
  const plans = new EndUserPlans({ now: () => state.nowMs, wait, db: { loadEndUserPlan: (organizationId, endUser) => { const name = `${organizationId}/${endUser}`; state.asked.push(name); return state.answer(name); } } });
  return { plans, state, rows };
}

describe("the plan of an end user", () => {
  it("is read once, kept by organization, and nobody is asked about a request without an end user", async () => {
    const { plans, state } = started({ rows: { "org_a/ann": "gold", "org_b/ann": "free" } });
    expect(await Promise.all([plans.find("org_a", "ann"), plans.find("org_a", "ann"), plans.find("org_b", "ann"), plans.find("org_a", "bob"), plans.find("org_a", null)])).toEqual([
      { label: "gold", source: "stored" }, { label: "gold", source: "stored" }, { label: "free", source: "stored" }, { label: null, source: "unlisted" }, { label: null, source: "no_end_user" },
    ]);
    expect([plans.find("org_a", "ann"), plans.find("org_a", "bob")]).toEqual([{ label: "gold", source: "stored" }, { label: null, source: "unlisted" }]);
    expect(state.asked).toEqual(["org_a/ann", "org_b/ann", "org_a/bob"]);
  });

  it("is read again after a change of its organization alone, even of one that was being read meanwhile", async () => {
    const { plans, state, rows } = started({ rows: { "org_a/ann": "gold", "org_b/ann": "free" } });
    await Promise.all([plans.find("org_a", "ann"), plans.find("org_b", "ann")]);
    rows["org_a/ann"] = "silver";
    plans.invalidate("org_a");
    expect(plans.find("org_b", "ann")).toEqual({ label: "free", source: "stored" });
    const begun = plans.find("org_a", "ann");
    plans.invalidate("org_a");
    expect(await begun).toEqual({ label: "silver", source: "stored" });
    await plans.find("org_a", "ann");
    expect(state.asked).toEqual(["org_a/ann", "org_b/ann", "org_a/ann", "org_a/ann"]);
  });

  it("is used a minute later without a wait, while it is read again", async () => {
    const { plans, state, rows } = started({ rows: { "org/ann": "gold" } });
    await plans.find("org", "ann");
    rows["org/ann"] = "silver";
    state.nowMs = 60_000;
    expect(plans.find("org", "ann")).toEqual({ label: "gold", source: "stored" });
    await Promise.resolve().then(() => undefined).then(() => undefined);
    expect(plans.find("org", "ann")).toEqual({ label: "silver", source: "stored" });
  });

  it("is unavailable to a request that the store keeps waiting, and known to the next", async () => {
    const { plans, state } = started({ wait: () => Promise.resolve() });
    let answer: (label: string) => void = () => undefined;
    state.answer = () => new Promise((resolve) => { answer = resolve; });
    expect(await plans.find("org", "ann")).toEqual({ label: null, source: "unavailable" });
    answer("gold");
    await Promise.resolve().then(() => undefined);
    expect(plans.find("org", "ann")).toEqual({ label: "gold", source: "stored" });
  });

  it("refuses nobody while the store is away, asks it once a second, and goes on with what is known", async () => {
    const { plans, state } = started({ rows: { "org/ann": "gold" } });
    await plans.find("org", "ann");
    state.answer = () => Promise.reject(new Error("away"));
    state.nowMs = 60_000;
    expect(await plans.find("org", "bob")).toEqual({ label: null, source: "unavailable" });
    expect(await plans.find("org", "eve")).toEqual({ label: null, source: "unavailable" });
    expect(plans.find("org", "ann")).toEqual({ label: "gold", source: "stored" });
    expect(state.asked).toEqual(["org/ann", "org/bob"]);
    state.nowMs = 61_000;
    await plans.find("org", "eve");
    expect(state.asked).toEqual(["org/ann", "org/bob", "org/eve"]);
  });

  it("takes bounded memory, whoever was asked for last is kept", async () => {
    const { plans, state } = started();
    for (let at = 0; at < 50_000; at++) await plans.find("org", `u${at}`);
    plans.find("org", "u0");
    await plans.find("org", "one more");
    const before = state.asked.length;
    plans.find("org", "u0");
    expect(state.asked.length).toBe(before);
    await plans.find("org", "u1");
    expect(state.asked.length).toBe(before + 1);
  });
});
