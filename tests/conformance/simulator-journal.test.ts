import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createSimulator } from "@trunkline/testkit/simulator";

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), "simulator-")); });
afterEach(() => rmSync(folder, { recursive: true }));

it("finds its journal again after a restart, until it is cleared", async () => {
  const journalFile = join(folder, "journal.jsonl");
  const first = await createSimulator({ port: 0, journalFile, clock: () => 1_700_000_000_000 });
  for (const number of [1, 2, 3]) {
    const answer = await fetch(`${first.url}/xai/v1/chat/completions`, {
      method: "POST", headers: { "x-trunkline-request-id": `req_${number}` }, body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "hi" }] }),
    });
    expect(answer.status).toBe(200);
    await answer.text();
  }
  await first.close();
  const second = await createSimulator({ port: 0, journalFile });
  expect(second.journal()).toEqual(first.journal());
  expect(second.journal().map((entry) => [entry.requestId, entry.provider, entry.startedAtMs])).toEqual([
    ["req_1", "xai", 1_700_000_000_000], ["req_2", "xai", 1_700_000_000_000], ["req_3", "xai", 1_700_000_000_000]]);
  await fetch(`${second.url}/_admin/journal`, { method: "DELETE" });
  await second.close();
  const third = await createSimulator({ port: 0, journalFile });
  expect(third.journal()).toEqual([]);
  await third.close();
});
