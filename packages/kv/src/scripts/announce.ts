import { PURGE_HOLDS } from "./purge-holds.ts";

/**
 * Puts back what a store that was emptied no longer knows. KEYS: (spent, holds, deadlines) a line. ARGV: clock in ms or "", hold id, life in ms, tombstoneMs,
 * "held" or "spent", then each line's amount. A hold is placed where nothing is known of the call. A spend ends the call's hold, if any, and is added to the counter; without
 * a counter it waits as `id!` for the one who makes it. Whatever was put back leaves a trace, so a repeated call changes nothing.
 */
export const ANNOUNCE = `${PURGE_HOLDS}
local now, id, lifeMs, tombstoneMs = clock(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local told = id .. '!'
local function keep(holds, deadlines, field, value, ms)
  redis.call('HSET', holds, field, value)
  redis.call('ZADD', deadlines, string.format('%.0f', now + ms), field)
  if value ~= 'e' then redis.call('HINCRBY', holds, '', value) end
  live(holds, ms + tombstoneMs)
  live(deadlines, ms + tombstoneMs)
end
for i = 1, #KEYS / 3 do
  local counter, holds, deadlines = KEYS[i * 3 - 2], KEYS[i * 3 - 1], KEYS[i * 3]
  local mine, amount = redis.call('HGET', holds, id), ARGV[5 + i]
  if redis.call('HEXISTS', holds, told) == 0 then
    if ARGV[5] == 'held' then
      if not mine then keep(holds, deadlines, id, amount, lifeMs) end
    else
      if mine then drop(holds, deadlines, id, mine) end
      if redis.call('EXISTS', counter) == 1 then
        redis.call('INCRBY', counter, amount)
        keep(holds, deadlines, told, 'e', tombstoneMs)
      else
        keep(holds, deadlines, told, amount, lifeMs)
      end
    end
  end
end
return 1
`;
