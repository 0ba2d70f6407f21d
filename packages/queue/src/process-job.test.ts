import type { UsageEvent } from "@trunkline/contracts";
import { UnrecoverableError } from "bullmq";
import { expect, it, vi } from "vitest";
import { assertJobId } from "./job-options.ts";
import { deflateLines } from "./lines.ts";
import { processJob } from "./process-job.ts";
import { usageEvent } from "./usage-event.fixture.ts";

const handlers = () => ({ "usage.ingest-events": vi.fn(() => Promise.resolve()), "billing.report-meter-events": vi.fn(() => Promise.resolve()), "catalog.sync-prices": vi.fn(() => Promise.resolve()), "response.remove-expired": vi.fn(() => Promise.resolve()), "alert.evaluate-rules": vi.fn(() => Promise.resolve()), "preset.judge-canaries": vi.fn(() => Promise.resolve()), "preset.run-drills": vi.fn(() => Promise.resolve()) });
const batch = (event: unknown) => ({ batchId: "bat_1", events: [event] });

it("hands a valid payload to its handler, with fields of a newer producer", async () => {
  const known = handlers();
  const event = { ...usageEvent("req_1"), addedLater: 1 };
  await processJob(known, "usage.ingest-events", batch(event));
  expect(known["usage.ingest-events"]).toHaveBeenCalledWith(batch(event));
  await processJob(known, "billing.report-meter-events", {});
  expect(known["billing.report-meter-events"]).toHaveBeenCalledTimes(1);
});

it("reads events that came packed, and refuses what cannot be read", async () => {
  const known = handlers();
  const pack = (text: string): unknown => ({ batchId: "bat_1", packed: Buffer.from(text).toString("base64") });
  const two = [usageEvent("req_1"), { ...usageEvent("req_2"), endUser: "Zoë" }];
  await processJob(known, "usage.ingest-events", pack(two.map((event) => JSON.stringify(event)).join("\n")));
  expect(known["usage.ingest-events"]).toHaveBeenCalledWith({ batchId: "bat_1", events: two });
  await processJob(known, "usage.ingest-events", { batchId: "bat_2", deflated: await deflateLines(two.map((event) => JSON.stringify(event))) });
  expect(known["usage.ingest-events"]).toHaveBeenLastCalledWith({ batchId: "bat_2", events: two });
  await expect(processJob(known, "usage.ingest-events", pack("{"))).rejects.toBeInstanceOf(UnrecoverableError);
  await expect(processJob(known, "usage.ingest-events", { batchId: "bat_3", deflated: "bm9uc2Vuc2U=" })).rejects.toBeInstanceOf(UnrecoverableError);
  await expect(processJob(known, "usage.ingest-events", { batchId: "bat_4", deflated: await deflateLines(["0".repeat(65 * 1024 * 1024)]) })).rejects.toBeInstanceOf(UnrecoverableError);
});

it("fails for good, naming the field and no value, when a payload cannot be right", async () => {
  const known = handlers();
  const broken: Partial<UsageEvent> = { ...usageEvent("req_1"), chargeNanoUsd: "-12.5 secret" };
  const failure = processJob(known, "usage.ingest-events", batch(broken));
  await expect(failure).rejects.toBeInstanceOf(UnrecoverableError);
  await expect(failure).rejects.toThrow("events.0.chargeNanoUsd");
  await expect(failure).rejects.not.toThrow("secret");
  expect(known["usage.ingest-events"]).not.toHaveBeenCalled();
});

it("fails an unknown job for good", async () => {
  await expect(processJob(handlers(), "toString", {})).rejects.toBeInstanceOf(UnrecoverableError);
});

it("lets a handler's own error through, so that the job is tried again", async () => {
  const known = handlers();
  known["billing.report-meter-events"].mockRejectedValueOnce(new Error("database away"));
  const failure = processJob(known, "billing.report-meter-events", {});
  await expect(failure).rejects.toThrow("database away");
  await expect(failure).rejects.not.toBeInstanceOf(UnrecoverableError);
});

it.each(["", "a:b", "12345"])("refuses the jobId %j", (jobId) => expect(() => assertJobId(jobId)).toThrow(RangeError));
it("accepts a jobId with a prefix", () => expect(() => assertJobId("bat_12345")).not.toThrow());
