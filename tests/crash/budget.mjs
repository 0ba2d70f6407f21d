// A budget that a crash run's calls are counted on, where the run has a Redis of its own to lose: so large that it refuses nobody. Decides at the end whether its
// counter still holds all that was charged; one that holds less would have let calls in beyond it.

/** Nine million USD in nano-USD: the largest that a counter compares exactly. */
const LIMIT_NANO_USD = "9000000000000000";

export const limitBudget = ({ client, organizationId }) =>
  client.query(`INSERT INTO budget (id, "organizationId", scope, "scopeId", name, period, "limitNanoUsd") VALUES ('bud_crash', $1, 'organization', $1, 'crash', 'total', $2)`, [organizationId, LIMIT_NANO_USD]);

/** The values of a reply of Redis: what is neither a length nor a count. */
const valuesIn = (reply) => reply.split("\r\n").filter((line) => line !== "" && !/^[*$]/.test(line));

/** Returns the same shape as `judge`, and in `overcountNanoUsd` by how much the counter errs to the safe side. */
export async function judgeBudget({ client, organizationId, redis }) {
  const none = { lost: 0, doubled: 0, wrong: 0, notes: [] };
  const [key] = valuesIn(await redis.command(`KEYS trunkline:spent:budget*${organizationId}*bud_crash*`));
  if (key === undefined) return { ...none, overcountNanoUsd: 0, unmet: ["no budget had a counter at the end"] };
  const [counted = "0"] = valuesIn(await redis.command(`GET ${key}`));
  const { rows: [{ charged }] } = await client.query(`SELECT coalesce(sum("chargeNanoUsd"), 0)::text AS charged FROM generation WHERE "organizationId" = $1`, [organizationId]);
  const overcountNanoUsd = Number(BigInt(counted) - BigInt(charged));
  return overcountNanoUsd >= 0 ? { ...none, overcountNanoUsd } : { ...none, overcountNanoUsd, wrong: 1, notes: [`wrong: the budget counts ${counted} nano-USD, charged are ${charged}`] };
}
