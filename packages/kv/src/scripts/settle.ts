import { PURGE_HOLDS } from "./purge-holds.ts";

/**
 * KEYS: (spent, holds, deadlines) a line. ARGV: clock in ms or "", hold id, tombstoneMs, how long a spend waits in ms, then what was spent of each line.
 * Adds it where the hold or its tombstone is found and removes it, so a repeated call finds nothing. Where the counter
 * itself is gone, the spend waits as `id!` for the one who makes it, who asks whether the ledger has it already.
 */
export const SETTLE = `${PURGE_HOLDS}
local now, id, tombstoneMs, waitMs = clock(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
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
      redis.call('ZADD', deadlines, string.format('%.0f', now + waitMs), pending)
      live(holds, waitMs + tombstoneMs)
      live(deadlines, waitMs + tombstoneMs)
    end
  end
end
return 1
`;
