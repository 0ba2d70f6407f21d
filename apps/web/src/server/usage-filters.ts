/** By what usage is narrowed, as every way to ask for it takes it. */
import { FILTER_DIMENSIONS, type UsageFilters } from "@trunkline/db/web";
import { z } from "zod";

/** Longer lists are a question for a file. */
const VALUES_MAX = 50;
const VALUE_CHARS_MAX = 200;
const values = z.array(z.string().max(VALUE_CHARS_MAX)).min(1).max(VALUES_MAX).optional();

/** Values of each dimension; those of one are alternatives, the dimensions hold together. */
export const usageFiltersInput = z.strictObject({ model: values, provider: values, key: values, preset: values, status: values }).optional();

/** In the query of an address: values parted by commas. */
const listed = z.string().max(VALUES_MAX * VALUE_CHARS_MAX).optional();
export const usageFilterQuery = {
  model: listed.describe("Only these models, parted by commas"), provider: listed.describe("Only what these providers served"), key: listed.describe("Only calls with these keys, by their ids"),
  preset: listed.describe("Only calls by these presets"), status: listed.describe("Only these outcomes: ok, rescued, failed, partial, cancelled"),
};
export function usageFiltersOf(query: { readonly [Name in keyof typeof usageFilterQuery]?: string | undefined }): UsageFilters {
  return Object.fromEntries(FILTER_DIMENSIONS.flatMap((name) => { const text = query[name]; return text === undefined ? [] : [[name, text.split(",").map((one) => one.trim())]]; }));
}
