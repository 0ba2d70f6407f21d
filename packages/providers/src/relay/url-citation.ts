import type { JsonObject } from "@trunkline/protocol";

/** Characters of the answer that a source stands behind. */
export interface Span { readonly start: number; readonly end: number }

/** A source with an address, in the form that the Chat wire gives it (https://platform.openai.com/docs/api-reference/chat/object); empty where there is no address. */
export function urlCitations(sources: readonly { readonly url: string; readonly title: string }[], { start, end }: Span): JsonObject[] {
  return sources.filter(({ url }) => url !== "").map(({ url, title }) => ({ type: "url_citation", url_citation: { start_index: start, end_index: end, title, url } }));
}
