// Starting, watching and stopping the processes of a stack. Children get their own process group, so that a stop reaches all of them.
import { spawn } from "node:child_process";
import net from "node:net";

/** 10 s to drain, then SIGKILL: longer than any graceful stop here needs, short enough for Ctrl-C. */
const STOP_GRACE_MS = 10_000;
const LAST_LINES_MAX = 15;

/** Runs `node args` and keeps the last lines it wrote; `onExit(code, lastLines)` fires when it ends without having been asked to. */
export function startProcess({ name, args, env, cwd, onExit = () => {}, onLine = () => {} }) {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const lines = [];
  const keep = (chunk) => {
    for (const line of String(chunk).split("\n").filter(Boolean)) {
      lines.push(line);
      if (lines.length > LAST_LINES_MAX) lines.shift();
      onLine(line);
    }
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  let stopping = false;
  const ended = new Promise((resolve) => child.once("exit", (code, signal) => {
    resolve();
    if (!stopping) onExit(code ?? signal, lines);
  }));
  return {
    name, child, lines, ended,
    kill: async (signal = "SIGKILL") => { stopping = true; signalGroup(child, signal); await ended; },
    stop: async () => {
      stopping = true;
      signalGroup(child, "SIGTERM");
      const timer = setTimeout(() => signalGroup(child, "SIGKILL"), STOP_GRACE_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // the group is gone already
  }
}

/** Runs `node args` to its end. Rejects with the last lines when it fails. */
export async function runToEnd({ name, args, env, cwd, onLine }) {
  let failure = null;
  const running = startProcess({ name, args, env, cwd, onLine, onExit: (code, lines) => { if (code !== 0) failure = new Error(`${name} failed (${code}):\n${lines.join("\n")}`); } });
  await running.ended;
  if (failure) throw failure;
}

/** Resolves when GET `url` answers 2xx; rejects after `timeoutMs`, or as soon as `failed()` returns an error. */
export async function waitForHttp(url, timeoutMs, failed = () => null) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const error = failed();
    if (error) throw error;
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
      if (response.ok) return;
    } catch {
      // not there yet
    }
    if (Date.now() > deadline) throw new Error(`${url} did not answer within ${Math.round(timeoutMs / 1000)} s`);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

/** True when nobody listens on the loopback port. */
export const portIsFree = (port) => new Promise((resolve) => {
  const server = net.createServer().once("error", () => resolve(false)).listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
});
