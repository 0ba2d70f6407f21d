// The callers of the race: each obeys what the gateway tells it (x-should-retry, retry-after) and nothing else.
import { Agent, request } from "node:http";

/** A gateway that answers 503 for longer than this has not come back. */
const RETRY_FOR_MS = 60_000;
const CALL_TIMEOUT_MS = 30_000;
const RETRY_AFTER_S_DEFAULT = 1;
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function send({ url, apiKey, body }) {
  const payload = Buffer.from(JSON.stringify(body));
  return new Promise((resolve) => {
    const outgoing = request(`${url}/v1/chat/completions`, { method: "POST", agent, timeout: CALL_TIMEOUT_MS, headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json", "content-length": payload.length } }, (response) => {
      response.resume().on("close", () => resolve({ status: response.complete ? response.statusCode : 0, again: response.headers["x-should-retry"] === "true", afterS: Number(response.headers["retry-after"] ?? RETRY_AFTER_S_DEFAULT) }));
    });
    outgoing.on("timeout", () => outgoing.destroy());
    outgoing.on("error", () => resolve({ status: 0, again: false, afterS: 0 }));
    outgoing.end(payload);
  });
}

/** The status of the last answer, after as many repeats as the gateway asked for. */
export async function callOnce(call) {
  const deadline = Date.now() + RETRY_FOR_MS;
  for (;;) {
    const { status, again, afterS } = await send(call);
    if (!again || Date.now() > deadline) return status;
    await pause(afterS * 1000);
  }
}

/** Whoever was refused for want of money asks again, until a whole round of all of them is refused. */
export async function callUntilSettled(calls) {
  const statuses = await Promise.all(calls.map(callOnce));
  for (let admitted = true; admitted;) {
    admitted = false;
    const refused = statuses.flatMap((status, index) => (status === 402 ? [index] : []));
    await Promise.all(refused.map(async (index) => {
      statuses[index] = await callOnce(calls[index]);
      if (statuses[index] === 200) admitted = true;
    }));
  }
  return statuses;
}
