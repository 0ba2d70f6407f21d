import { createCommandClient, asked, firstReady } from "./redis-client.ts";

/** What `doctor` shows of a Redis server. `problems` is empty when the server may carry limits and jobs. */
export interface RedisReport {
  readonly version: string;
  readonly maxmemoryPolicy: string;
  readonly appendOnly: boolean;
  readonly problems: readonly string[];
}

/** Holds, counters and jobs are no cache: any policy but noeviction deletes them under pressure. The append-only file bounds what a crash loses to about a second. */
export async function inspectRedis(url: string): Promise<RedisReport> {
  const client = createCommandClient(url);
  try {
    await asked(firstReady(client));
    return report(await asked(client.info()));
  } finally {
    client.disconnect();
  }
}

export function report(info: string): RedisReport {
  const field = (name: string): string => new RegExp(`^${name}:(.*)$`, "m").exec(info)?.[1]?.trim() ?? "unknown";
  const version = field("redis_version");
  const maxmemoryPolicy = field("maxmemory_policy");
  const appendOnly = field("aof_enabled") === "1";
  const problems: string[] = [];
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 6 || (major === 6 && minor < 2)) problems.push(`Redis ${version} is too old: 6.2 or later is needed.`);
  if (maxmemoryPolicy !== "noeviction") problems.push(`maxmemory-policy is ${maxmemoryPolicy}: set it to noeviction, or reservations and jobs can be deleted under memory pressure (redis-cli config set maxmemory-policy noeviction, and the same in redis.conf or the parameter group of a managed Redis).`);
  if (!appendOnly) problems.push("appendonly is off: set it to yes, or a crash loses counters since the last snapshot.");
  return { version, maxmemoryPolicy, appendOnly, problems };
}
