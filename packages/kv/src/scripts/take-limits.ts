import { NOW_MICROS } from "./clock.ts";

/**
 * Requests and tokens a minute and calls at a time, all or nothing. A bucket is one theoretical arrival time in microseconds (the generic cell rate
 * algorithm, as in take-rate.ts, with a cost); a line of slots is a sorted set of call → deadline in ms.
 * KEYS: request buckets, token buckets, slot sets. ARGV: clock in µs or "", numbers of the three, call, deadline in ms from now, then
 * (interval µs, burst, cost) a bucket and the limit of each slot set.
 * Reply: {refused key 1-based or 0, wait in ms, then tightest key, remaining, resetMs of the request buckets and the same of the token buckets}.
 */
export const TAKE_LIMITS = `${NOW_MICROS}
local requests, tokens, slots = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local call, holdMs = ARGV[5], tonumber(ARGV[6])
local rates = requests + tokens
local arrivals, refused, longest = {}, 0, 0
for i = 1, rates do
  local at = 6 + (i - 1) * 3
  local interval, burst, cost = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local tat = tonumber(redis.call('GET', KEYS[i]) or '0')
  if tat < now then tat = now end
  arrivals[i] = tat
  local wait = tat + interval * cost - interval * burst - now
  if wait > longest then refused, longest = i, wait end
end
local nowMs = math.floor(now / 1000)
local limitsAt = 6 + rates * 3
for i = 1, slots do
  local key = KEYS[rates + i]
  redis.call('ZREMRANGEBYSCORE', key, '-inf', nowMs)
  if refused == 0 and redis.call('ZCARD', key) >= tonumber(ARGV[limitsAt + i]) then refused = rates + i end
end
if refused == 0 then
  for i = 1, rates do
    local at = 6 + (i - 1) * 3
    arrivals[i] = arrivals[i] + tonumber(ARGV[at + 1]) * tonumber(ARGV[at + 3])
    if arrivals[i] > now then redis.call('SET', KEYS[i], string.format('%.0f', arrivals[i]), 'PX', math.ceil((arrivals[i] - now) / 1000)) end
  end
  for i = 1, slots do
    local key = KEYS[rates + i]
    redis.call('ZADD', key, string.format('%.0f', nowMs + holdMs), call)
    redis.call('PEXPIRE', key, holdMs)
  end
end
local function tightest(from, to)
  local index, least, reset = 0, nil, 0
  for i = from, to do
    local at = 6 + (i - 1) * 3
    local left = math.floor(tonumber(ARGV[at + 2]) - (arrivals[i] - now) / tonumber(ARGV[at + 1]))
    if left < 0 then left = 0 end
    if least == nil or left < least then index, least, reset = i, left, math.ceil((arrivals[i] - now) / 1000) end
  end
  return index, least or 0, reset
end
local r, rLeft, rReset = tightest(1, requests)
local k, kLeft, kReset = tightest(requests + 1, rates)
return {refused, math.ceil(longest / 1000), r, rLeft, rReset, k, kLeft, kReset}
`;

/**
 * Ends what TAKE_LIMITS began. KEYS: token buckets, slot sets. ARGV: clock in µs or "", number of token buckets, call, furthest debt in µs, then (interval µs,
 * tokens to give back, negative to take more) a bucket. A debt reaches no further than given, so that one call cannot shut a bucket for long.
 */
export const RETURN_LIMITS = `${NOW_MICROS}
local tokens = tonumber(ARGV[2])
for i = 1, tokens do
  local tat = tonumber(redis.call('GET', KEYS[i]) or '0')
  if tat < now then tat = now end
  tat = math.min(tat - tonumber(ARGV[3 + i * 2]) * tonumber(ARGV[4 + i * 2]), now + tonumber(ARGV[4]))
  if tat > now then redis.call('SET', KEYS[i], string.format('%.0f', tat), 'PX', math.ceil((tat - now) / 1000)) else redis.call('DEL', KEYS[i]) end
end
for i = tokens + 1, #KEYS do redis.call('ZREM', KEYS[i], ARGV[3]) end
return 1
`;
