// The built dashboard as its own process on a free port, and a caller with a cookie jar: what a browser does without its pages.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import path from "node:path";

const SERVER = path.join(import.meta.dirname, "../../.next/standalone/apps/web/server.js");
const START_TIMEOUT_MS = 30_000;
const LAST_LINES_MAX = 15;

export interface Dashboard { readonly url: string; /** what a browser there calls itself */ readonly origin: string; close(): Promise<void> }

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject).listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Sends what the dashboard asks of these hosts to a stand-in: the dashboard itself knows only the real addresses. */
function redirected(hosts: Readonly<Record<string, string>>): string {
  const code = `const hosts = ${JSON.stringify(hosts)}; const real = globalThis.fetch;
    globalThis.fetch = (input, init) => { const url = new URL(input instanceof Request ? input.url : input); const to = hosts[url.host];
      if (to === undefined) return real(input, init);
      const target = new URL(url.pathname + url.search, to); return real(input instanceof Request ? new Request(target, input) : target, init); };`;
  return `--import=data:text/javascript,${encodeURIComponent(code)}`;
}

/** Starts the build of `node infra/scripts/build.mjs --now`. `env` comes on top of what the dashboard must have; `hosts` maps outside hosts to stand-ins; `host` is its public name. */
export async function startDashboard({ env = {}, hosts = {}, host = "127.0.0.1" }: { readonly env?: Readonly<Record<string, string>>; readonly hosts?: Readonly<Record<string, string>>; readonly host?: string } = {}): Promise<Dashboard> {
  if (!existsSync(SERVER)) throw new Error("the dashboard is not built: run node infra/scripts/build.mjs --now");
  const url = `http://127.0.0.1:${await freePort()}`;
  const origin = `http://${host}:${new URL(url).port}`;
  const lines: string[] = [];
  const child = spawn(process.execPath, [SERVER], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"], NODE_ENV: "production", PORT: new URL(url).port, HOSTNAME: "127.0.0.1", NODE_OPTIONS: redirected(hosts), DATABASE_URL: process.env["DATABASE_URL"],
      AUTH_SECRET: "secret-of-the-account-tests", AUTH_URL: url, API_KEY_PEPPERS: `1:${Buffer.alloc(32, 7).toString("base64")}`, PUBLIC_WEB_URL: origin, PUBLIC_GATEWAY_URL: "http://127.0.0.1:1", ...env,
    },
  });
  const keep = (chunk: Buffer): void => { lines.push(...String(chunk).split("\n").filter(Boolean)); lines.splice(0, lines.length - LAST_LINES_MAX); };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await Promise.race([answers(`${url}/healthz`), ended.then(() => { throw new Error(`the dashboard ended by itself:\n${lines.join("\n")}`); })]);
  return { url, origin, async close() { child.kill("SIGTERM"); await ended; } };
}

async function answers(url: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await fetch(url).then((response) => response.ok, () => false))) {
    if (Date.now() > deadline) throw new Error(`${url} did not answer`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Keeps cookies for one origin and never follows a redirect by itself. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly #url: string;
  readonly #origin: string;

  constructor({ url, origin }: Dashboard) { this.#url = url; this.#origin = origin; }

  async send(pathOrUrl: string, init: { method?: string; headers?: Record<string, string>; body?: string } = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { origin: this.#origin, ...(cookie === "" ? {} : { cookie }), ...init.headers };
    const response = await fetch(new URL(pathOrUrl, this.#url), { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "" || /max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** A form of the account pages: JSON to `/api/account/<action>`. */
  account(action: string, body: Readonly<Record<string, unknown>> = {}): Promise<Response> {
    return this.send(`/api/account/${action}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  }

  /** 200 for who is signed in, 401 for who is not. */
  async organizations(): Promise<{ status: number; names: string[] }> {
    const response = await this.send("/api/v1/organizations");
    const body = (await response.json()) as { data?: { name: string }[] };
    return { status: response.status, names: (body.data ?? []).map((row) => row.name) };
  }
}
