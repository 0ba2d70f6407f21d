/**
 * Shared head of the budget scripts. A line is three keys of one slot: spent counter (string), holds (hash of id → amount,
 * their sum under the empty field), deadlines (sorted set of id → ms). An expired hold leaves a tombstone "e", so that
 * its late settlement is added once. At most 1000 entries are purged a call; the rest stay counted, which errs to the safe side.
 */
export const PURGE_HOLDS = `
local function clock(given)
  if given ~= '' then return tonumber(given) end
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end
local function lower(holds, amount)
  -- Redis reads no -0.
  if amount ~= '0' then redis.call('HINCRBY', holds, '', '-' .. amount) end
end
local function drop(holds, deadlines, id, amount)
  redis.call('HDEL', holds, id)
  redis.call('ZREM', deadlines, id)
  if amount ~= 'e' then lower(holds, amount) end
end
local function live(key, ms)
  if redis.call('PTTL', key) < ms then redis.call('PEXPIRE', key, ms) end
end
local function purge(holds, deadlines, now, tombstoneMs)
  local due = redis.call('ZRANGEBYSCORE', deadlines, '-inf', now, 'LIMIT', 0, 1000)
  for _, id in ipairs(due) do
    local amount = redis.call('HGET', holds, id)
    if not amount then
      redis.call('ZREM', deadlines, id)
    elseif amount == 'e' then
      drop(holds, deadlines, id, amount)
    else
      lower(holds, amount)
      redis.call('HSET', holds, id, 'e')
      redis.call('ZADD', deadlines, string.format('%.0f', now + tombstoneMs), id)
    end
  end
end
`;
