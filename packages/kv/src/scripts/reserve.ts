import { PURGE_HOLDS } from "./purge-holds.ts";

/**
 * KEYS: (spent, holds, deadlines) a line. ARGV: clock in ms or "", hold id, holdMs, tombstoneMs, then limit and amount of each line.
 * Reply: {0} held · {1, line 1-based, spent, held} over the limit · {2, line…} lines that have no counter yet. Nothing is written unless held.
 */
export const RESERVE = `${PURGE_HOLDS}
local now, id, holdMs, tombstoneMs = clock(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local lines = #KEYS / 3
local missing = {2}
for i = 1, lines do
  if redis.call('EXISTS', KEYS[i * 3 - 2]) == 0 then missing[#missing + 1] = i end
end
if #missing > 1 then return missing end
for i = 1, lines do
  local holds, deadlines = KEYS[i * 3 - 1], KEYS[i * 3]
  purge(holds, deadlines, now, tombstoneMs)
  local spent = redis.call('GET', KEYS[i * 3 - 2])
  local held = tonumber(redis.call('HGET', holds, '') or '0')
  local mine = redis.call('HGET', holds, id)
  if mine and mine ~= 'e' then held = held - tonumber(mine) end
  if tonumber(spent) + held + tonumber(ARGV[4 + i * 2]) > tonumber(ARGV[3 + i * 2]) then
    return {1, i, spent, string.format('%.0f', held)}
  end
end
for i = 1, lines do
  local holds, deadlines = KEYS[i * 3 - 1], KEYS[i * 3]
  local mine, amount = redis.call('HGET', holds, id), ARGV[4 + i * 2]
  if mine then drop(holds, deadlines, id, mine) end
  redis.call('HSET', holds, id, amount)
  redis.call('HINCRBY', holds, '', amount)
  redis.call('ZADD', deadlines, string.format('%.0f', now + holdMs), id)
  live(holds, holdMs + tombstoneMs)
  live(deadlines, holdMs + tombstoneMs)
end
return {0}
`;
