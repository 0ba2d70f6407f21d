/** Lua: `now` in microseconds, by ARGV[1] or, where that is "", by the server's clock. */
export const NOW_MICROS = `
local now
if ARGV[1] == '' then
  local t = redis.call('TIME')
  now = tonumber(t[1]) * 1000000 + tonumber(t[2])
else
  now = tonumber(ARGV[1])
end`;
