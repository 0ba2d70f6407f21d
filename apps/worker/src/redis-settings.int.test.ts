import { connect } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { startWorker } from "./compose.ts";
import type { WorkerApp } from "./compose.ts";
import { readEnv } from "./env.ts";

const { DATABASE_URL, REDIS_URL } = process.env;
if (!DATABASE_URL || !REDIS_URL) throw new Error("DATABASE_URL and REDIS_URL are needed: this test starts the worker");
const WAIT_MS = 15_000;
let worker: WorkerApp | undefined;

/** One command over the plain wire; resolves with the first line of the answer. */
function redis(command: string): Promise<string> {
  const { hostname, port } = new URL(REDIS_URL ?? "");
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(`${command}\r\n`));
    socket.once("data", (answer) => { socket.destroy(); resolve(String(answer).trim()); }).once("error", reject);
  });
}
const setPolicy = async (policy: string): Promise<void> => expect(await redis(`CONFIG SET maxmemory-policy ${policy}`)).toBe("+OK");

afterEach(async () => {
  await setPolicy("noeviction");
  await worker?.drain();
});

it("takes no job from a Redis that may delete them, says what to set, and goes on by itself once it is set", async () => {
  await setPolicy("allkeys-lru");
  const said: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => { said.push(String(text)); return true; });
  try {
    worker = await startWorker(readEnv({ DATABASE_URL, REDIS_URL, WORKER_PORT: "0" }));
    const ready = async () => (await fetch(`http://127.0.0.1:${worker?.port}/readyz`)).json();
    await vi.waitFor(() => expect(said.join("")).toContain("config set maxmemory-policy noeviction"), WAIT_MS);
    expect(await ready()).toMatchObject({ status: "unavailable", dependencies: { postgres: "ok", redis: "ok", consumer: "away" } });
    await setPolicy("noeviction");
    await vi.waitFor(async () => expect(await ready()).toMatchObject({ status: "ready" }), WAIT_MS);
    expect(said.filter((line) => line.includes("Redis may delete jobs"))).toHaveLength(1);
  } finally {
    write.mockRestore();
  }
});
