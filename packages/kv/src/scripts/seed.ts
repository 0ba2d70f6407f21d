import { PURGE_HOLDS } from "./purge-holds.ts";

/**
 * Makes one line's counter. KEYS: spent, holds, deadlines. ARGV: clock in ms or "", spent, counter's life in ms or "", tombstoneMs, then the `id!` of every
 * spend that was found waiting and is part of `spent`, by the ledger or by the caller's adding. Reply: 1 made or there already · 0 others wait too: look again.
 */
export const SEED = `${PURGE_HOLDS}
if redis.call('EXISTS', KEYS[1]) == 1 then return 1 end
local now, tombstoneMs = clock(ARGV[1]), tonumber(ARGV[4])
local counted = {}
for i = 5, #ARGV do counted[ARGV[i]] = true end
local all = redis.call('HGETALL', KEYS[2])
for i = 1, #all, 2 do
  if string.sub(all[i], -1) == '!' and all[i + 1] ~= 'e' and not counted[all[i]] then return 0 end
end
for i = 5, #ARGV do
  local amount = redis.call('HGET', KEYS[2], ARGV[i])
  if amount and amount ~= 'e' then
    lower(KEYS[2], amount)
    redis.call('HSET', KEYS[2], ARGV[i], 'e')
    redis.call('ZADD', KEYS[3], string.format('%.0f', now + tombstoneMs), ARGV[i])
  end
end
if ARGV[3] == '' then redis.call('SET', KEYS[1], ARGV[2]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1
`;

/** The store's name and age: a store without one was emptied or is new, and gets the one offered. KEYS: epoch. ARGV: name. Reply: {name, age in ms}. */
export const EPOCH = `
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
local known = redis.call('GET', KEYS[1])
if not known then
  known = ARGV[1] .. '@' .. string.format('%.0f', now)
  redis.call('SET', KEYS[1], known)
end
local name, born = string.match(known, '^(.*)@(%d+)$')
return {name, now - tonumber(born)}
`;
