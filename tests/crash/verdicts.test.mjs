// The judges of the variants, judged by made-up journals: what a run proves, what it excuses, and what it counts.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judgeBudget } from "./budget.mjs";
import { seeded } from "./callers.mjs";
import { killPlan } from "./load.mjs";
import { judgeOutage } from "./postgres-away.mjs";
import { excuseWindow } from "./unsynced.mjs";

const MIB = 1024 * 1024;
const QUIET = { gatewayBytes: 100 * MIB, workerBytes: 90 * MIB, spoolBytes: 0, spoolEvents: 0, redisBytes: MIB };
const away = (most, begun = 100) => ({ fromMs: 1_000, toMs: 61_000, begun, before: QUIET, most: { ...QUIET, ...most } });
const call = (outcome, startedAtMs = 2_000) => ({ index: 0, status: outcome === "error" ? 503 : 200, outcome, startedAtMs, endedAtMs: startedAtMs + 50 });
const counts = ({ lost, doubled, wrong, unmet = [] }) => ({ lost, doubled, wrong, unmet: unmet.length });

describe("the judge of an absence of Postgres", () => {
  const cases = [
    ["finds nothing where everybody was served and what waits is what was called", away({ spoolBytes: 300_000, spoolEvents: 100 }), [call("complete"), call("aborted")], { lost: 0, doubled: 0, wrong: 0, unmet: 0 }],
    ["counts who was refused or cut off meanwhile, and nobody else", away({}), [call("complete"), call("error"), call("broken"), call("error", 500), call("error", 61_000)], { lost: 2, doubled: 0, wrong: 0, unmet: 0 }],
    ["says of a run in which nobody called that it proves nothing, not that a charge is wrong", away({}), [call("complete", 100)], { lost: 0, doubled: 0, wrong: 0, unmet: 1 }],
    ["says of a run whose Postgres stayed that it proves nothing", { ...away({}), fromMs: 0, toMs: 0, before: null, most: null }, [call("complete")], { lost: 0, doubled: 0, wrong: 0, unmet: 1 }],
    ["sees a gateway that grows", away({ gatewayBytes: 500 * MIB }), [call("complete")], { lost: 0, doubled: 0, wrong: 1, unmet: 0 }],
    ["sees a spool that holds more than the calls explain", away({ spoolBytes: 10 * MIB }), [call("complete")], { lost: 0, doubled: 0, wrong: 1, unmet: 0 }],
    ["sees events that are kept twice", away({ spoolEvents: 101 }), [call("complete")], { lost: 0, doubled: 0, wrong: 1, unmet: 0 }],
    ["sees queues that fill Redis", away({ redisBytes: 20 * MIB }), [call("complete")], { lost: 0, doubled: 0, wrong: 1, unmet: 0 }],
    ["takes a figure that could not be read for one out of bounds", away({ spoolEvents: Number.NaN }), [call("complete")], { lost: 0, doubled: 0, wrong: 1, unmet: 0 }],
  ];
  for (const [title, seen, callers, expected] of cases) it(title, () => assert.deepEqual(counts(judgeOutage({ seen, callers })), expected));
});

describe("the plan of the kills", () => {
  const plan = (more = {}) => killPlan({ random: seeded(7), requests: 1_000, kills: 400, ownRedis: true, postgresAway: false, ...more });

  it("is the same for the same seed, strikes everybody, and leaves the end in peace", () => {
    assert.deepEqual(plan(), plan());
    assert.deepEqual([...new Set(plan().map(({ service }) => service))].sort(), ["gateway", "postgres", "redis", "stripe", "worker"]);
    assert.ok(plan().every(({ after }, at, all) => after < 950 && after >= (all[at - 1]?.after ?? 0)));
  });

  it("kills no Redis that is not the run's own", () => assert.ok(plan({ ownRedis: false }).every(({ service }) => service !== "redis")));

  it("kills nobody while Postgres is away, and goes on behind it", () => {
    const places = plan({ postgresAway: true }).map(({ after }) => after);
    assert.ok(places.every((after) => after < 300 || after >= 700));
    assert.ok(places.some((after) => after < 300) && places.some((after) => after >= 700));
  });
});

describe("the judge of a budget whose Redis was lost", () => {
  const judged = (counted, charged) => judgeBudget({
    organizationId: "org", client: { query: async () => ({ rows: [{ charged }] }) },
    redis: { command: async (text) => (text.startsWith("KEYS") ? (counted === null ? "*0\r\n" : "*1\r\n$3\r\nkey\r\n") : `$${counted.length}\r\n${counted}\r\n`) },
  });

  it("finds nothing where everything is counted, and says by how much the counter errs to the safe side", async () => {
    assert.deepEqual([await judged("500", "500"), await judged("520", "500")].map(({ wrong, overcountNanoUsd }) => [wrong, overcountNanoUsd]), [[0, 0], [0, 20]]);
  });
  it("sees a counter that holds less than was charged", async () => assert.equal((await judged("499", "500")).wrong, 1));
  it("says of a run without a counter that it proves nothing", async () => assert.equal((await judged(null, "500")).unmet.length, 1));
});

describe("what the loss of power excuses", () => {
  const kills = [{ service: "gateway", atMs: 10_000, unsynced: { bytes: 5, sinceMs: 9_300, syncMsMax: 20 } }];
  const seen = (requestId, endedAtMs, more = {}) => ({ requestId, startedAtMs: endedAtMs - 100, endedAtMs, outcome: "complete", costUsd: 5e-7, ...more });
  const excuse = (callers, rows = [], struck = kills) => excuseWindow({ client: { query: async () => ({ rows }) }, organizationId: "org", callers, kills: struck });

  it("is an answer that ended since the last finished sync began, and no other", async () => {
    const { judged, facts, verdict } = await excuse([seen("before", 9_299), seen("within", 9_300), seen("during", 10_050), seen("after", 10_400)]);
    assert.deepEqual(judged.map(({ requestId }) => requestId), ["before", "after"]);
    assert.deepEqual([facts, verdict.wrong], [{ lostInWindow: 2, windowMs: 700 }, 0]);
  });

  it("is an amount that was closed too low, never one too high or one that the provider reported", async () => {
    const row = (id, chargeNanoUsd, usageBasis) => ({ id, chargeNanoUsd, usageBasis });
    const callers = ["low", "high", "reported"].map((id) => seen(id, 9_900));
    const { judged } = await excuse(callers, [row("low", "499", "estimated"), row("high", "501", "estimated"), row("reported", "499", "reported")]);
    assert.deepEqual(judged.map(({ requestId }) => requestId), ["high", "reported"]);
  });

  it("is nothing where only the process died", async () => {
    const { judged } = await excuse([seen("within", 9_900)], [], [{ service: "gateway", atMs: 10_000 }]);
    assert.equal(judged.length, 1);
  });

  it("is wrong itself where it is longer than promised", async () => {
    const { verdict } = await excuse([seen("long ago", 7_000)], [], [{ ...kills[0], unsynced: { bytes: 5, sinceMs: 6_000, syncMsMax: 20 } }]);
    assert.equal(verdict.wrong, 1);
  });
});
