import type { Region } from "@trunkline/contracts";

/** As a sentence has them: "processed in …". */
export const REGION_NAMES: Readonly<Record<Region, string>> = {
  us: "the United States", eu: "the European Union", uk: "the United Kingdom", ch: "Switzerland", ca: "Canada", br: "Brazil", jp: "Japan", kr: "South Korea", in: "India", sg: "Singapore", au: "Australia", cn: "China",
};
const ARTICLE = /^the /;
/** As a list has them. */
export const regionLabel = (region: Region): string => REGION_NAMES[region].replace(ARTICLE, "");
/** By the alphabet. */
export const REGION_LABELS: readonly (readonly [region: Region, label: string])[] = (Object.keys(REGION_NAMES) as Region[]).map((region) => [region, regionLabel(region)] as const).sort(([, a], [, b]) => a.localeCompare(b));
