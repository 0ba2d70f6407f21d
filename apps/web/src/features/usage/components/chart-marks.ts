import type { MarkView, UsageView } from "../../../server/views.ts";

/** The bucket that each mark falls into, with the texts of all that fall into it; what lies before the first bucket is left out. */
export function marksByBucket(marks: readonly MarkView[], buckets: UsageView["buckets"]): { readonly at: number; readonly label: string }[] {
  const texts = new Map<number, string[]>();
  for (const mark of marks) {
    const at = buckets.findLastIndex((bucket) => Date.parse(bucket) <= Date.parse(mark.at));
    if (at >= 0) texts.set(at, [...(texts.get(at) ?? []), mark.text]);
  }
  return [...texts].map(([at, labels]) => ({ at, label: labels.join(", ") })).sort((a, b) => a.at - b.at);
}
