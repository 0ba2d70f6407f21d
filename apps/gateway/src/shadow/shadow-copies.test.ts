import { expect, it } from "vitest";
import type { DeliveredResponse, Inbound, WonAttempt } from "../stages.ts";
import { ShadowCopies } from "./shadow-copies.ts";

const preset = { slug: "mine/shadow", version: 2, document: { rules: [], limits: {} } };

function copies({ percent = 100, draw = 0 } = {}) {
  const asked: Inbound[] = [];
  const ends: (() => void)[] = [];
  const lost: string[] = [];
  const shadows = new ShadowCopies({
    presets: { shadowOf: () => ({ preset, percent }) }, now: () => 0, random: () => draw, newId: () => `req_${asked.length}`, onLost: (reason) => lost.push(reason),
    run: (inbound) => { asked.push(inbound); return new Promise((resolve) => { ends.push(resolve); }); },
  });
  const told: string[] = [];
  const around = shadows.around((won) => ({ won, finish: () => told.push("answered") }) as unknown as DeliveredResponse);
  const serve = ({ bytes = 10, version = null, names = [] }: { readonly bytes?: number; readonly version?: number | null; readonly names?: readonly string[] } = {}): DeliveredResponse => around({
    routed: { plan: { presetSlug: "mine" }, key: { organizationId: "org" }, facts: { choice: { names, preset: { slug: "mine", version } }, metadata: {} }, call: { raw: new Uint8Array(bytes) }, exchange: { requestId: "req_caller", headers: {} } },
  } as unknown as WonAttempt, () => undefined) as DeliveredResponse;
  return { shadows, asked, ends, lost, told, serve };
}

it("asks nothing before the caller has everything", () => {
  const { asked, told, serve } = copies();
  const delivered = serve();
  expect(asked.length).toBe(0);
  delivered.finish();
  expect([told, asked.length, asked[0]?.facts.metadata]).toEqual([["answered"], 1, { shadow_of: "req_caller" }]);
});

it("copies the share that it is given, and nothing that names its version or model", () => {
  const { asked, serve } = copies({ percent: 10, draw: 0.1 });
  serve().finish();
  const drawn = copies({ percent: 10, draw: 0.09 });
  drawn.serve({ version: 1 }).finish();
  drawn.serve({ names: ["openai/gpt-5"] }).finish();
  drawn.serve().finish();
  expect([asked.length, drawn.asked.length]).toEqual([0, 1]);
});

it("runs a few at a time, lets some wait, and lets go of what finds no room, by count and by bytes", async () => {
  const { asked, ends, lost, serve } = copies();
  for (let count = 0; count < 80; count++) serve().finish();
  expect([asked.length, lost.length]).toEqual([8, 8]);
  ends[0]?.();
  await expect.poll(() => asked.length).toBe(9);
  const large = copies();
  for (let count = 0; count < 8 + 3; count++) large.serve({ bytes: 6 * 1024 * 1024 }).finish();
  expect([large.asked.length, large.lost]).toEqual([8, ["no room"]]);
});

it("takes nothing more once the gateway closes, and waits for what runs", async () => {
  const { shadows, asked, ends, serve } = copies();
  serve().finish();
  const closed = shadows.close();
  serve().finish();
  ends[0]?.();
  await closed;
  expect(asked.length).toBe(1);
});
