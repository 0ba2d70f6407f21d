import type { ApiKeyRecord, SealedCredential } from "@trunkline/db/gateway";
import { seal } from "@trunkline/keys";
import { CircuitBook, type Candidate, type RoutePlan } from "@trunkline/router-core";
import { describe, expect, it } from "vitest";
import { OrganizationCredentials } from "./organization-credentials.ts";

const keks = new Map([[1, new Uint8Array(32).fill(3)]]);
const stored = (id: string, more: Partial<SealedCredential> = {}, organizationId = "org_1"): SealedCredential => {
  const fields = { id, provider: "openai", label: id, version: 1, baseUrl: null, position: 0, weight: 1, platformFallback: true, ...more };
  return { ...fields, sealed: seal(`secret of ${id}`, { organizationId, credentialId: id, provider: fields.provider, baseUrl: fields.baseUrl, version: fields.version }, keks) };
};
const keyWith = (credentials: readonly SealedCredential[]): ApiKeyRecord => ({ id: "key_1", keyId: "k", kind: "live", name: "k", hash: new Uint8Array(), pepperVersion: 1, organizationId: "org_1", projectId: "prj_1", rpmLimit: null, organizationRpmLimit: null, browserOrigins: [], suspended: false, expiresAtMs: null, revokedAtMs: null, budgets: [], responseRetentionDays: 0, credentials });
const price = { id: "prc_1", provider: "openai", model: "m", effectiveFromMs: 0, effectiveToMs: null, inputNanoUsdPerMillion: 1n, cacheReadNanoUsdPerMillion: 0n, cacheWriteNanoUsdPerMillion: 0n, outputNanoUsdPerMillion: 1n, source: "test" };
const candidate = (provider: string): Candidate => ({ provider, model: "x/m", upstreamModel: "m", contextTokens: 1, maxOutputTokens: 1, price, estimatedCostNanoUsd: 1n, maxCostNanoUsd: 1n, circuit: "closed", scores: {}, lastResort: false, after: null, timeoutMs: null, overrides: null });
const route: RoutePlan = { presetSlug: null, presetVersion: null, rule: null, task: null, strategy: "ordered", candidates: [candidate("openai"), candidate("groq")], rejected: [], continues: false, hedgeAfterMs: null, maxAttempts: 3, deadlineMs: 1 };
const platform: ReadonlySet<string> = new Set(["openai", "groq"]);

function setup(credentials: readonly SealedCredential[], encryptionKeys: typeof keks | null = keks) {
  const unreadable: string[] = [];
  const own = new OrganizationCredentials({ encryptionKeys, addressRules: { allowPrivate: false }, onUnreadable: (id) => unreadable.push(id) }).find(keyWith(credentials));
  const names = (random = 0.5): readonly string[] => own?.expand(route, platform, () => random).candidates.map((one) => `${one.provider}/${one.credential?.id ?? "platform"}`) ?? [];
  return { own, names, unreadable };
}

describe("an organization's own credentials", () => {
  it("do not exist for an organization without any", () => { expect(setup([]).own).toBeNull(); });
  it("stand before the platform's, by position, at their provider only", () => {
    expect(setup([stored("b", { position: 1 }), stored("a", { position: 0 })].sort((x, y) => x.position - y.position)).names()).toEqual(["openai/a", "openai/b", "openai/platform", "groq/platform"]);
  });
  it("share one position by weight", () => {
    const { own } = setup([stored("heavy", { weight: 3 }), stored("light", { weight: 1 })]);
    let at = 0;
    const firsts = Array.from({ length: 1000 }, () => own?.expand(route, platform, () => (at++ % 1000) / 1000).candidates[0]?.credential?.id);
    const share = firsts.filter((id) => id === "heavy").length / firsts.length;
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(0.8);
  });
  it("keep the platform's out where one of them forbids it", () => {
    const { own, names } = setup([stored("a"), stored("b", { position: 1, platformFallback: false })]);
    expect(names()).toEqual(["openai/a", "openai/b", "groq/platform"]);
    expect(own?.available(new Set(["groq"]))).toEqual(new Set(["groq", "openai"]));
  });
  it("never fall back on the platform's because they cannot be opened, where that is forbidden", () => {
    const { own, unreadable } = setup([stored("a", { platformFallback: false }, "org_2")]);
    expect(unreadable).toEqual(["a"]);
    expect(own?.available(platform)).toEqual(new Set(["groq"]));
    expect(setup([stored("a")], null).own?.available(platform)).toEqual(platform);
  });
  it("are not used at an address that is not public", () => {
    expect(setup([stored("a", { baseUrl: "https://169.254.169.254/v1" })]).unreadable).toEqual(["a"]);
    expect(setup([stored("a", { baseUrl: "https://models.example/v1" })]).own?.baseUrl("a")).toBe("https://models.example/v1");
  });
  it("have circuits of their own: one that was refused leaves the next and the platform's alone", () => {
    const circuits = new CircuitBook({ jitter: () => 0 });
    const { own } = setup([stored("a"), stored("b", { position: 1 })]);
    const refuse = (circuit: string): void => circuits.record({ provider: "openai", model: "x/m", credentialOwner: circuit }, { ok: false, failure: { class: "credential_rejected", status: 401, publicMessage: "no", retryAfterMs: null } }, 1_000);
    refuse("a:1");
    expect(circuits.state({ provider: "openai", model: "x/m", credentialOwner: "platform" }, 1_000)).toBe("closed");
    expect(own?.health(circuits, 1_000).circuit("openai", "x/m")).toBe("closed");
    const alone = setup([stored("a", { platformFallback: false })]).own;
    expect(alone?.health(circuits, 1_000).circuit("openai", "x/m")).toBe("open");
    expect(setup([stored("a", { version: 2, platformFallback: false })]).own?.health(circuits, 1_000).circuit("openai", "x/m")).toBe("closed");
  });
  it("authorise with their own secret", () => {
    const request = { method: "POST", url: "https://api.example/v1", headers: {}, body: new Uint8Array() };
    expect(setup([stored("a")]).own?.headers("a", request, { headers: (_profile, secret) => ({ authorization: `Bearer ${secret}` }) })).toEqual({ authorization: "Bearer secret of a" });
  });
});
