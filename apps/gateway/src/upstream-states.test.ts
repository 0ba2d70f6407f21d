import { describe, expect, it } from "vitest";
import { UpstreamStates } from "./upstream-states.ts";

const key = { provider: "openai", model: "openai/gpt-5", credentialOwner: "platform" };
const fault = { ok: false, failure: { class: "server_error", status: 500, publicMessage: "", retryAfterMs: null } } as const;

/** As a tenant whose tests order one fault after another. */
function breakFor(states: UpstreamStates, organizationId: string, mode: "live" | "test" = "test"): void {
  const { circuits, retries } = states.of(mode, organizationId);
  for (let faults = 0; faults < 5; faults++) circuits.record(key, fault, 0);
  while (retries.withdraw());
}
const seenBy = (states: UpstreamStates, organizationId: string, mode: "live" | "test" = "test") => {
  const { circuits, retries } = states.of(mode, organizationId);
  return [circuits.state(key, 1), retries.withdraw()];
};

describe("what a tenant breaks in a test", () => {
  it("stays broken for itself, and for nobody else: neither circuits nor retries", () => {
    const states = new UpstreamStates({ jitter: () => 0 });
    breakFor(states, "org_a");
    expect([seenBy(states, "org_a"), seenBy(states, "org_b"), seenBy(states, "org_a", "live")]).toEqual([["open", false], ["closed", true], ["closed", true]]);
  });
  it("is forgotten first where it rested longest", () => {
    const states = new UpstreamStates({ jitter: () => 0 }, 2);
    for (const organization of ["org_a", "org_b"]) breakFor(states, organization);
    seenBy(states, "org_a");
    seenBy(states, "org_c");
    expect([seenBy(states, "org_a")[0], seenBy(states, "org_b")[0]]).toEqual(["open", "closed"]);
  });
});

it("what live requests meet spares those of every organization", () => {
  const states = new UpstreamStates({ jitter: () => 0 });
  breakFor(states, "org_a", "live");
  expect(seenBy(states, "org_b", "live")[0]).toBe("open");
});
