import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { requestOnce } from "./request-once.ts";

it("follows no redirect, and reads no more of an answer than it may", async () => {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    if (request.url === "/moved") response.writeHead(302, { location: "/secret" }).end("elsewhere");
    else response.end("x".repeat(1_000_000));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = (path: string) => requestOnce({ method: "GET", url: url + path, headers: {}, timeoutMs: 5_000 }, { allowPrivate: true });
  expect(await ask("/moved")).toEqual({ status: 302, body: "elsewhere" });
  expect((await ask("/long")).body).toHaveLength(64 * 1024);
  expect(asked).toBe(2);
  await expect(requestOnce({ method: "GET", url, headers: {}, timeoutMs: 5_000 }, { allowPrivate: false })).rejects.toThrow(/https/);
  expect(asked).toBe(2);
  server.close();
});
