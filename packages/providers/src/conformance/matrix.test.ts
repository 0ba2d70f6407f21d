import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ANSWER_ROWS } from "./matrix-answers.ts";
import { REQUEST_ROWS } from "./matrix-requests.ts";
import { answerCellOf, cellOf, COLUMNS, INBOUND, renderMatrix } from "./matrix.ts";

const PAGE = new URL("../../../../docs/matrix.md", import.meta.url);
const asked = INBOUND.flatMap((inbound) => REQUEST_ROWS.filter((row) => row[inbound]).flatMap((row) => COLUMNS.map((column) => ({ inbound, row, column, title: row.title, wire: column.title }))));
const answered = INBOUND.flatMap((inbound) => ANSWER_ROWS.flatMap((row) => COLUMNS.filter(({ wire }) => row.wires[wire]).map((column) => ({ inbound, row, column, title: row.title, wire: column.title }))));

describe("the matrix of requests", () => {
  it.each(asked)("$inbound to $wire: $title is carried, or its loss is told", ({ inbound, row, column }) => {
    expect(cellOf(row, inbound, column).status).not.toBe("silent");
  });

  it.each(asked.filter(({ column, inbound }) => column.speaks === inbound))("$inbound on its own wire: $title goes through untouched", ({ inbound, row, column }) => {
    expect(cellOf(row, inbound, column)).toEqual({ status: "native", losses: [] });
  });
});

describe("the matrix of answers", () => {
  it.each(answered.filter(({ column, inbound }) => column.speaks === inbound))("$inbound from its own wire: $title goes through", ({ inbound, row, column }) => {
    expect(answerCellOf(row, inbound, column)).toBe("native");
  });

  it.each(answered.filter(({ title }) => /^(?:text|parallel|calls|thinking as|refusal|end|usage)/.test(title)))("$wire to $inbound: $title is never lost", ({ inbound, row, column }) => {
    expect(answerCellOf(row, inbound, column)).not.toBe("lost");
  });
});

it("docs/matrix.md says what the adapters do (npm run matrix writes it)", () => {
  expect(readFileSync(PAGE, "utf8")).toBe(renderMatrix());
});
