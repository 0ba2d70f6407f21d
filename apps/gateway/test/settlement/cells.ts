import type { InboundApi } from "@trunkline/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Stack } from "../stack.ts";
import { ask } from "./ask.ts";
import { EMBEDDING_ENDS, TEXT_ENDS, type End } from "./ends.ts";
import { INBOUNDS, kindOfLane, lanesOf, type Lane } from "./lanes.ts";

/** Short, because a silent provider is waited for in many cells; longer than the second after which the spool is marked. */
const PATIENCE = { GATEWAY_IDLE_TIMEOUT_MS: "1500" };

/** `reason`: why this lane's wire cannot end so; null where it is asked. */
export interface Cell { readonly inbound: InboundApi; readonly lane: Lane; readonly end: End; readonly reason: string | null }

export const cellsOf = (inbound: InboundApi): readonly Cell[] => lanesOf(inbound).flatMap((lane) => (INBOUNDS[inbound].isText ? TEXT_ENDS : EMBEDDING_ENDS).map((end) => ({ inbound, lane, end, reason: end.cannot?.(kindOfLane(lane, inbound)) ?? null })));

/** Asks every cell of an inbound API, a gateway a lane. */
export function askCells(inbound: InboundApi): void {
  const lanes = lanesOf(inbound).map((lane) => ({ lane, provider: lane.provider, model: lane.model, wire: kindOfLane(lane, inbound).wire }));
  describe.each(lanes)(`${inbound}, served by $provider ($model, $wire), ends`, ({ lane, wire }) => {
    let stack: Stack;
    beforeAll(async () => { stack = await Stack.start(PATIENCE); });
    afterAll(() => stack.stop());

    it.concurrent.each(cellsOf(inbound).filter((cell) => cell.lane === lane && cell.reason === null).map(({ end }) => end))("$title: $form", async (end) => {
      const seen = await ask(stack, { inbound, lane, stream: end.form === "stream", order: end.order, ...(end.leaving === undefined ? {} : { leaving: end.leaving }) });
      await end.holds(seen);
      // What was asked is what the lane is for; a connection that was reset leaves no wire to tell.
      expect(seen.served()?.wire ?? wire).toBe(wire);
    });

    it("as a repeat under an Idempotency-Key: billed once, however many join it", async () => expectBilledOnce(stack, inbound, lane));
  });
}

/** One start at the provider, one row: whatever joins or repeats it is no other request. */
async function expectBilledOnce(stack: Stack, inbound: InboundApi, lane: Lane): Promise<void> {
  const key = await stack.issueKey();
  const { path, body } = INBOUNDS[inbound];
  const start = (): Promise<Response> => stack.post(path, { ...body, model: lane.model, provider: { only: [lane.provider] } }, { key, headers: { "idempotency-key": "start", "x-simulate": "delay=200" } });
  const answers = await Promise.all(Array.from({ length: 5 }, start).map(async (sent) => (await sent).text()));
  expect(new Set(answers).size).toBe(1);
  await (await start()).text();
  const events = await stack.eventsSoon(key, 1);
  expect(events).toHaveLength(1);
  expect(stack.simulator.journal().filter((entry) => entry.requestId === events[0]?.id)).toHaveLength(1);
}
