/** What the answers of the management API are made of. As they stand in the JSON: times are text, money is decimal text of US dollars. */
import { z } from "zod";

export const time = z.iso.datetime();
export const money = z.string().regex(/^-?\d+(?:\.\d+)?$/).describe("US dollars, exact, as decimal text");
export const count = z.int().min(0);
export const ms = z.number().nullable().describe("Milliseconds; null where nothing was measured");
export const limit = z.int().nullable().describe("null: no limit of its own");
export const mode = z.enum(["live", "test"]);

/** A page of rows, newest first where nothing else is said. */
export const listOf = <Row extends z.ZodType, More extends z.ZodRawShape>(row: Row, more: More = {} as More) =>
  z.strictObject({ object: z.literal("list"), data: z.array(row), has_more: z.boolean(), next_cursor: z.string().nullable().describe("Sent back as the cursor, it gives the next page; null on the last one"), ...more });
