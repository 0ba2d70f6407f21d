import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnsFrom, columnsText, LOG_COLUMNS, type LogColumn } from "./log-columns.ts";

describe("the log's columns in the address", () => {
  it("come back as they were chosen, in the table's order, with those that every table has", () => {
    const ids = LOG_COLUMNS.map(({ id }) => id);
    fc.assert(fc.property(fc.subarray<LogColumn>(ids), (chosen) => {
      const shown = columnsFrom(columnsText(chosen));
      expect(shown).toEqual(ids.filter((id) => chosen.includes(id) || id === "time" || id === "model"));
    }));
  });
  it("are not named where they are the usual ones, and unknown ones are left out", () => {
    expect([columnsText(columnsFrom(null)), columnsFrom("cost,nonsense")]).toEqual([null, ["time", "model", "cost"]]);
  });
});
