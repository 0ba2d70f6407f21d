import { PURGE_HOLDS } from "./purge-holds.ts";

/** KEYS: (spent, holds, deadlines) a line. ARGV: hold id. Removes the hold or its tombstone and adds nothing. */
export const RELEASE = `${PURGE_HOLDS}
for i = 1, #KEYS / 3 do
  local mine = redis.call('HGET', KEYS[i * 3 - 1], ARGV[1])
  if mine then drop(KEYS[i * 3 - 1], KEYS[i * 3], ARGV[1], mine) end
end
return 1
`;
