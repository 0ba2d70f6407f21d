import { NOW_MICROS } from "./clock.ts";

/**
 * GCRA over all buckets, all or nothing. A bucket is one theoretical arrival time in microseconds.
 * KEYS: one a bucket. ARGV: clock in µs or "" for the server's, then (interval µs, burst) a bucket.
 * Reply: {refused bucket 1-based or 0, retryAfterMs, tightest bucket 1-based or 0, remaining, resetMs}.
 * Formula: generic cell rate algorithm, ITU-T I.371, virtual scheduling form.
 */
export const TAKE_RATE = `${NOW_MICROS}
local nexts, refused, retry, refusedAt = {}, 0, 0, 0
local tightest, remaining, reset = 0, nil, 0
for i = 1, #KEYS do
  local interval = tonumber(ARGV[i * 2])
  local capacity = interval * tonumber(ARGV[i * 2 + 1])
  local tat = tonumber(redis.call('GET', KEYS[i]) or '0')
  if tat < now then tat = now end
  local after = tat + interval
  local wait = after - capacity - now
  if wait > 0 then
    if wait > retry then refused, retry, refusedAt = i, wait, tat - now end
  else
    nexts[i] = after
    local left = math.floor((capacity - (after - now)) / interval)
    if remaining == nil or left < remaining then tightest, remaining, reset = i, left, after - now end
  end
end
if refused > 0 then
  return {refused, math.ceil(retry / 1000), refused, 0, math.ceil(refusedAt / 1000)}
end
for i = 1, #KEYS do
  redis.call('SET', KEYS[i], string.format('%.0f', nexts[i]), 'PX', math.ceil((nexts[i] - now) / 1000))
end
return {0, 0, tightest, remaining or 0, math.ceil(reset / 1000)}
`;
