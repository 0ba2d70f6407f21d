import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { issueKey } from "../issue-key.ts";
import { dispatchRest } from "./dispatch.ts";
import { closeStore, db, peppers, run } from "./rest-store.fixture.ts";

const heard: string[] = [];
let number = 0;

afterAll(async () => { vi.unstubAllEnvs(); await closeStore(); });
beforeEach(() => {
  vi.unstubAllEnvs().stubEnv("AUTH_SECRET", "secret-of-the-rest-tests").stubEnv("API_KEY_PEPPERS", `1:${Buffer.alloc(32, 7).toString("base64")}`).stubEnv("PUBLIC_WEB_URL", "http://127.0.0.1:1").stubEnv("PUBLIC_GATEWAY_URL", "http://127.0.0.1:1");
});

async function newTenant() {
  const user = await db.accounts.createUser({ email: `eup${++number}-${run}@example.test`, name: `Eup ${number} ${run}`, passwordHash: "x" });
  const { organizationId, projectId } = await db.accounts.ensureOrganization(user);
  const { secret } = await issueKey(db, peppers, { actor: { organizationId, role: "owner", userId: user.id, label: "test" }, projectId, input: { name: "management", kind: "mgmt" } });
  const call = async (method: string, path: string, body?: unknown) => {
    const url = new URL(`http://127.0.0.1:1/api/v1${path}`);
    const request = new Request(url, { method, headers: { authorization: `Bearer ${secret}` }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const response = await dispatchRest(request, url.pathname.split("/").slice(3), { db, kv: { publish: async (topic: string, id: string) => { heard.push(`${topic} ${id}`); } } as never, peppers });
    return { status: response.status, body: await response.json() as never };
  };
  heard.length = 0;
  return { organizationId, call, actor: { organizationId, role: "owner" as const, userId: user.id, label: "test" } };
}
const asked = { rules: [{ name: "paid", when: { userPlan: ["gold"] }, targets: [{ model: "openai/gpt-5-mini" }] }, { name: "rest", targets: [{ model: "anthropic/claude-haiku-4.5" }] }] };

describe("end users' plans over REST", () => {
  it("are set and removed many at once, found by plan and name, paged, and seen by no other organization; the gateways hear of each change", async () => {
    const { organizationId, call } = await newTenant();
    expect((await call("POST", "/end-users", { endUsers: [{ id: "bob", plan: "free" }, { id: "ann", plan: "gold" }, { id: "bob", plan: " team " }, { id: "eve/2", plan: "gold" }] })).body).toEqual({ changed: 4 });
    expect((await call("GET", "/end-users")).body).toMatchObject({ data: [{ id: "ann", plan: "gold" }, { id: "bob", plan: "team" }, { id: "eve/2", plan: "gold" }], has_more: false, next_cursor: null });
    expect((await call("GET", "/end-users?plan=gold&limit=1")).body).toMatchObject({ data: [{ id: "ann" }], has_more: true, next_cursor: "ann" });
    expect((await call("GET", "/end-users?plan=gold&limit=1&cursor=ann")).body).toMatchObject({ data: [{ id: "eve/2" }], has_more: false });
    expect((await call("GET", "/end-users?search=ev")).body).toMatchObject({ data: [{ id: "eve/2" }] });
    expect((await call("POST", "/end-users", { endUsers: [{ id: "ann", plan: null }, { id: "nobody", plan: null }, { id: "bob", plan: "gold" }] })).status).toBe(200);
    expect((await call("GET", "/end-users")).body).toMatchObject({ data: [{ id: "bob", plan: "gold" }, { id: "eve/2", plan: "gold" }] });
    expect(heard).toEqual([`end-user ${organizationId}`, `end-user ${organizationId}`]);
    expect((await (await newTenant()).call("GET", "/end-users")).body).toMatchObject({ data: [] });
  });

  it.each([[{ endUsers: [] }], [{ endUsers: [{ id: "", plan: "gold" }] }], [{ endUsers: [{ id: "ann", plan: "" }] }], [{ endUsers: [{ id: "ann" }] }], [{ endUsers: [{ id: "a\0b", plan: "gold" }] }], [{ endUsers: Array.from({ length: 1_001 }, (_item, at) => ({ id: `u${at}`, plan: "gold" })) }]])("are refused where they make no sense", async (body) => {
    const { call } = await newTenant();
    expect((await call("POST", "/end-users", body)).status).toBeGreaterThanOrEqual(400);
    expect((await call("GET", "/end-users")).body).toMatchObject({ data: [] });
  });

  it("decide a dry run: the stored plan of the body's end user, or the one that is to be tried", async () => {
    const { call } = await newTenant();
    await call("POST", "/end-users", { endUsers: [{ id: "ann", plan: "gold" }] });
    const dry = async (body: object) => (await call("POST", "/presets/dry-run", { document: asked, body: { messages: [{ role: "user", content: "hi" }], ...body } })).body;
    expect(await dry({ user: "ann" })).toMatchObject({ rule: "paid", user_plan: { label: "gold", source: "stored" } });
    expect(await dry({ user: "bob" })).toMatchObject({ rule: "rest", user_plan: { label: null, source: "unlisted" } });
    expect(await dry({ user_plan: "gold" })).toMatchObject({ rule: "paid" });
    expect(await dry({})).toMatchObject({ rule: "rest", user_plan: { label: null, source: "no_end_user" } });
  });

  it("go with the organization, and into its export", async () => {
    const { call, actor } = await newTenant();
    await call("POST", "/end-users", { endUsers: [{ id: "ann", plan: "gold" }] });
    expect(await db.endUserPlans.of(actor, ["ann", "bob", "ann"])).toEqual(new Map([["ann", "gold"]]));
    await db.removal.remove(actor);
    expect(await db.endUserPlans.of(actor, ["ann"])).toEqual(new Map());
  });
});
