import type { ApiKeyRecord } from "@trunkline/db/gateway";
import type { Stages } from "./stages.ts";

const NOBODY: ApiKeyRecord = {
  id: "key_naked", keyId: "naked", kind: "live", name: "naked lane", hash: new Uint8Array(), pepperVersion: 0, organizationId: "org_naked", projectId: "prj_naked",
  rpmLimit: null, organizationRpmLimit: null, browserOrigins: [], suspended: false, expiresAtMs: null, revokedAtMs: null, budgets: [], responseRetentionDays: 0, credentials: [],
};

/** The relay alone, for measuring what authentication, limits and metering cost: everybody is let in and nothing is recorded. Never for traffic of others. */
export function nakedStages(featured: Stages): Stages {
  return {
    ...featured,
    authenticate: (inbound) => Promise.resolve({ ...inbound, key: NOBODY, mode: "live" }),
    admit: (call) => Promise.resolve({ ...call, reservation: { lineKeys: [], heldNanoUsd: 0n, cover: () => Promise.resolve(), settle: () => undefined, release: () => undefined } }),
    meter: { open: () => Promise.resolve(), progress: () => undefined, settle: () => Promise.resolve(), failed: () => Promise.resolve() },
  };
}
