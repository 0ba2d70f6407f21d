/**
 * Decides what a prediction leads to: its stream, another look, or nothing more. It promises to name only addresses of the API that was
 * asked and of Replicate's own streams, whatever an answer says, and to name one way to end a prediction that nobody waits for.
 */
import { objectOf, textOf } from "@trunkline/protocol";
import type { Call, FollowUp, Job, Target } from "../../adapter.ts";
import { joinUrl } from "../../relay/request-body.ts";
import { parseAnswer } from "../../relay/translated-body.ts";
import { isUnderWay } from "./stop-reason.ts";

/** Between two looks at a prediction; what the official client waits too. */
const LOOK_AGAIN_MS = 500;
/** https://replicate.com/docs/topics/predictions: letters and digits. */
const PREDICTION_ID = /^[a-z0-9]{8,64}$/i;
const NOTHING: Job = { next: null, cancel: null, receipt: null };

export function follow(call: Call, target: Target, answer: Uint8Array): Job {
  const prediction = parseAnswer(answer);
  const id = textOf(prediction?.["id"]);
  if (!prediction || !PREDICTION_ID.test(id) || !isUnderWay(prediction["status"])) return NOTHING;
  const url = joinUrl(target.baseUrl, `/predictions/${id}`);
  const look: FollowUp = { method: "GET", url, afterMs: 0 };
  const cancel: FollowUp = { method: "POST", url: `${url}/cancel`, afterMs: 0 };
  const stream = textOf(objectOf(prediction["urls"])["stream"]);
  if (call.stream && isStreamAddress(stream, target.baseUrl)) return { next: { method: "GET", url: stream, afterMs: 0, again: false }, cancel, receipt: look };
  return { next: { ...look, afterMs: LOOK_AGAIN_MS, again: true }, cancel, receipt: null };
}

/** QUIRK(replicate): streams come from other hosts, which the URL alone opens. */
function isStreamAddress(url: string, baseUrl: string): boolean {
  if (!URL.canParse(url)) return false;
  const { origin, protocol, hostname } = new URL(url);
  return origin === new URL(baseUrl).origin || (protocol === "https:" && hostname.endsWith(".replicate.com"));
}
