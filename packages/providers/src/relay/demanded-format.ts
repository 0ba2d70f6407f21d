import { formatFromMessages, formatFromResponses } from "@trunkline/protocol";
import type { Call } from "../adapter.ts";

/** The form that the caller demands of the answer, as the hub's `response_format`, read from the caller's own body: an answer that is passed through has no other need of the hub. */
export function demandedFormat({ inbound, body }: Pick<Call, "inbound" | "body">): unknown {
  if (inbound === "messages") return formatFromMessages(body).response_format;
  return inbound === "responses" ? formatFromResponses(body).response_format : body["response_format"];
}
