import { PURGE_HOLDS } from "./purge-holds.ts";

/**
 * KEYS: (spent, holds, deadlines) a line. ARGV: clock in ms or "", hold id, tombstoneMs, ledger lag in ms, then what was spent of each line.
 * Adds it where the hold or its tombstone is found and removes it, so a repeated call finds nothing. Where the counter
 * itself is gone, the spend stays as a hold for the ledger's lag: the next reservation reads the ledger, which may not have it yet.
 */
export const SETTLE = `${PURGE_HOLDS}
local now, id, tombstoneMs, lagMs = clock(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
for i = 1, #KEYS / 3 do
  local counter, holds, deadlines = KEYS[i * 3 - 2], KEYS[i * 3 - 1], KEYS[i * 3]
  local mine, spent = redis.call('HGET', holds, id), ARGV[4 + i]
  if mine then
    drop(holds, deadlines, id, mine)
    if redis.call('EXISTS', counter) == 1 then
      redis.call('INCRBY', counter, spent)
    else
      local pending = id .. '!'
      redis.call('HSET', holds, pending, spent)
      redis.call('HINCRBY', holds, '', spent)
      redis.call('ZADD', deadlines, string.format('%.0f', now + lagMs), pending)
      live(holds, lagMs + tombstoneMs)
      live(deadlines, lagMs + tombstoneMs)
    end
  end
end
return 1
`;
