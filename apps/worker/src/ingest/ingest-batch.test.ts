import { describe, expect, it } from "vitest";
import { usageEvent } from "../usage-event.fixture.ts";
import { ingestBatch, UnbookableEvents } from "./ingest-batch.ts";

const events = Array.from({ length: 9 }, (_, index) => usageEvent(`req_${index}`));
const fault = (code: string) => Object.assign(new Error("refused"), { code });

function ports(refuse: (id: string) => string | null) {
  const booked: string[] = [];
  return { booked, ports: {
    async ingestEvents(part: readonly { id: string }[]) {
      for (const { id } of part) { const code = refuse(id); if (code !== null) throw fault(code); }
      booked.push(...part.map((event) => event.id));
      return { inserted: part.length };
    },
    onIngested() {},
  } };
}

describe("ingestBatch", () => {
  it("books every neighbour of an event that the database refuses, and still fails the job by its id", async () => {
    const { booked, ports: given } = ports((id) => (id === "req_4" ? "22003" : null));
    await expect(ingestBatch(given, events)).rejects.toMatchObject({ name: "UnbookableEvents", ids: ["req_4"] });
    expect(booked.sort()).toEqual(events.map((event) => event.id).filter((id) => id !== "req_4"));
  });

  it("gives up at once when the database is away, so that the whole job is repeated", async () => {
    const { booked, ports: given } = ports((id) => (id === "req_8" ? "57P01" : null));
    await expect(ingestBatch(given, events)).rejects.toMatchObject({ code: "57P01" });
    expect(booked).toEqual([]);
    expect(new UnbookableEvents(["req_1"], fault("22003")).message).toContain("req_1");
  });
});
