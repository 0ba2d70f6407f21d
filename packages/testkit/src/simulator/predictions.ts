// Predictions that were begun and not yet told: a stream is asked for by an address of its own, a result by looking
// again. The journal has one entry a prediction: that of the request which took its answer.

import type { IncomingMessage } from "node:http";
import type { Delivery } from "./delivery.ts";
import { deliverStream, sendFailure, failureOf } from "./delivery.ts";
import type { Fault } from "./faults.ts";
import type { JournalEntry } from "./journal.ts";
import type { Route } from "./routes.ts";
import { predictionIdOf } from "./wires/replicate.ts";
import type { Rendering, Wire } from "./wires/wire.ts";

/** A prediction is asked for within seconds. */
const PREDICTIONS_MAX = 1_000;

interface Prediction {
  rendering: Rendering;
  fault: Fault;
  entry: JournalEntry;
  status: "starting" | "succeeded" | "canceled";
  urls: { get: string; cancel: string; stream: string };
}

export type Predictions = Map<string, Prediction>;

interface PredictionVisit {
  simulation: { predictions: Predictions };
  request: IncomingMessage;
  route: Route;
  wire: Wire;
  delivery: Delivery;
  entry: JournalEntry;
  parked?: boolean;
}

function sendPrediction({ delivery, wire }: PredictionVisit, status: number, { rendering, status: state, urls }: Prediction): void {
  const finished = wire.plain(rendering);
  // Whether a prediction that ended has succeeded, its answer says.
  const body = state === "succeeded" ? { ...finished, urls } : { ...finished, urls, status: state, output: null, metrics: {}, completed_at: null };
  const bytes = Buffer.from(JSON.stringify(body));
  delivery.response.writeHead(status, { "content-type": "application/json", "content-length": bytes.length, ...wire.headers(delivery.requestId) });
  delivery.response.end(bytes);
}

/** Answers with a prediction under way, where its caller does not wait for the whole. @returns false where it does. */
export function beginPrediction(visit: PredictionVisit, rendering: Rendering): boolean {
  const { simulation, request, delivery, entry } = visit;
  if (!rendering.call.stream && String(request.headers["prefer"] ?? "").startsWith("wait") && delivery.fault.ttftMs === undefined) return false;
  const target = request.url ?? "";
  const id = `${predictionIdOf(rendering).slice(0, 10)}${delivery.requestId.replace(/[^a-z0-9]/gi, "").slice(-16)}`.padEnd(26, "0");
  const get = `http://${request.headers.host}${target.slice(0, target.indexOf("/models/"))}/predictions/${id}`;
  if (simulation.predictions.size >= PREDICTIONS_MAX) simulation.predictions.clear();
  const answer = { ...rendering.answer, id };
  const prediction: Prediction = { rendering: { ...rendering, answer }, fault: delivery.fault, entry, status: "starting", urls: { get, cancel: `${get}/cancel`, stream: `${get}/stream` } };
  simulation.predictions.set(id, prediction);
  visit.parked = true;
  sendPrediction(visit, 201, prediction);
  return true;
}

function takeOver({ delivery, entry }: PredictionVisit, from: Prediction): void {
  const { model, stream, promptTokens, outputTokensGenerated, usage, fault, requestId, attempt } = from.entry;
  Object.assign(entry, { model, stream, promptTokens, outputTokensGenerated, usage, fault, requestId, attempt });
  delivery.fault = from.fault;
}

/** The same answer as another one: its id tells them apart. */
export const anewOf = (rendering: Rendering): Rendering => ({ ...rendering, answer: { ...rendering.answer, id: [...rendering.answer.id].reverse().join("") } });

/** The requests that come after: a look, the stream, the end. */
export async function followPrediction(visit: PredictionVisit): Promise<void> {
  const { simulation, route, wire, delivery, entry } = visit;
  const prediction = simulation.predictions.get(/\/predictions\/([^/]+)/.exec(route.path)?.[1] ?? "");
  if (prediction === undefined) { visit.parked = true; return sendFailure(delivery, { ...failureOf(404, {}, delivery.requestId), message: "The requested resource could not be found." }); }
  const isStream = route.operation === "prediction_stream";
  visit.parked = !isStream && (prediction.rendering.call.stream || prediction.status !== "starting" || route.operation === "prediction_cancel");
  if (route.operation === "prediction_cancel") {
    if (prediction.status === "starting") prediction.status = "canceled";
    return sendPrediction(visit, 200, prediction);
  }
  if (!isStream && prediction.rendering.call.stream) return sendPrediction(visit, 200, prediction);
  takeOver(visit, prediction);
  if (isStream) {
    // Whoever asks for the stream gets one, whether the prediction was made for it or not.
    entry.stream = true;
    await deliverStream(delivery, { frames: wire.frames(prediction.rendering), anew: () => wire.frames(anewOf(prediction.rendering)), asArray: false });
    if (delivery.outcome.usageSent && prediction.status === "starting") prediction.status = "succeeded";
    return;
  }
  if (prediction.status === "starting") prediction.status = "succeeded";
  Object.assign(delivery.outcome, { status: 200, outputTokensSent: prediction.rendering.answer.outputTokens, usageSent: true, whole: true });
  sendPrediction(visit, 200, prediction);
}
