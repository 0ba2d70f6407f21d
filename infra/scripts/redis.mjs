// A Redis of its own for a run that wants one, on a free port, keeping nothing; it may be emptied or silenced without asking anybody.
import { spawn } from "node:child_process";
import net from "node:net";
import { freePort } from "./postgres.mjs";

const ANSWERS_TRIES_MAX = 100;
const ANSWERS_EVERY_MS = 50;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** `command` sends one inline command and resolves to the reply's text. `givenPort`: where it listened before it was killed, else a free one. */
export async function startRedis(dir, givenPort) {
  const port = givenPort ?? await freePort();
  const child = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--maxmemory-policy", "noeviction", "--dir", dir], { stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  // Its port is free again only when it has ended.
  const stop = () => { child.kill("SIGKILL"); return ended; };
  const command = (text) => new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.write(`${text}\r\n`)).once("data", (reply) => { socket.destroy(); resolve(String(reply)); }).once("error", reject);
  });
  for (let tries = 0; ; tries++) {
    try { await command("PING"); break; } catch (error) { if (tries > ANSWERS_TRIES_MAX) throw error; await pause(ANSWERS_EVERY_MS); }
  }
  return { url: `redis://127.0.0.1:${port}`, port, command, stop };
}
