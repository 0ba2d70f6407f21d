// The Stripe side of a crash run: an organization that subscribed at the stand-in, kills of worker and stand-in that strike while a meter event is
// on its way, and the wait until everything charged has been exported.
import path from "node:path";
import { judgeMeters } from "./oracle.mjs";

/** Windows and ticks as short as the worker allows, so that a run of seconds closes many windows and sends many events. */
const WINDOW_MS = 1_000;
const TICK_MS = 250;
/** How long a kill waits for a meter event to be under way; under load a tick closes a window every second. */
const EXPORT_WAIT_MS = 5_000;
/** Without a further event: a killed worker's job is taken over after 15 s, an event in doubt is repeated by the next tick. A long run behind a bad line has minutes to catch up. */
const STANDSTILL_MS_MAX = 60_000;
/** Ticks to go on watching once the sums agree: what is sent twice is sent by one of the next. */
const TICKS_WATCHED = 6;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The stand-in is killed like the others; as at Stripe, what it answered it knows again. */
export const billingEnvironment = (standInPort, dataDir) => ({
  STRIPE_STAND_IN_STATE: path.join(dataDir, "stripe.json"),
  STRIPE_SECRET_KEY: "sk_test_crash0000", STRIPE_API_BASE: `http://127.0.0.1:${standInPort}`,
  BILLING_WINDOW_MS: String(WINDOW_MS), BILLING_TICK_MS: String(TICK_MS),
});

const stateOf = async (url) => (await fetch(`${url}/_admin/state`)).json();

async function post(url, path, form) {
  const response = await fetch(`${url}${path}`, { method: "POST", headers: { authorization: "Bearer sk_test_crash0000", "content-type": "application/x-www-form-urlencoded" }, body: new URLSearchParams(form) });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** A customer, the spend meter with its price, and a paid checkout; the organization's row then says what the webhook would have. */
export async function subscribe({ url, client, organizationId }) {
  const customer = await post(url, "/v1/customers", { name: "Crash", "metadata[organizationId]": organizationId });
  const meter = await post(url, "/v1/billing/meters", { display_name: "Spend", event_name: "trunkline_spend_micro_usd", "default_aggregation[formula]": "sum" });
  const price = await post(url, "/v1/prices", { currency: "usd", unit_amount_decimal: "0.0001", "product_data[name]": "Usage", "recurring[interval]": "month", "recurring[usage_type]": "metered", "recurring[meter]": meter.id });
  const session = await post(url, "/v1/checkout/sessions", { mode: "subscription", customer: customer.id, "line_items[0][price]": price.id, success_url: "http://127.0.0.1/paid", "metadata[organizationId]": organizationId });
  const paid = await fetch(`${session.url}/pay`, { method: "POST", redirect: "manual" });
  if (paid.status !== 303) throw new Error(`the checkout page answered ${paid.status}`);
  await client.query('UPDATE organization SET "stripeCustomerId" = $2 WHERE id = $1', [organizationId, customer.id]);
}

/** True at the first moment at which the stand-in holds a meter event in its hands, false when none came in time. */
export async function exporting(url) {
  const deadline = Date.now() + EXPORT_WAIT_MS;
  while (Date.now() < deadline) {
    if ((await stateOf(url)).busy.length > 0) return true;
  }
  return false;
}

/** Waits until the meters hold the ledger, as long as they move, watches some ticks more, and judges what they hold then. */
export async function judgeExport({ url, client, organizationId }) {
  let events = -1;
  let movedAtMs = Date.now();
  const verdict = async () => {
    const standIn = await stateOf(url);
    if (standIn.meterEvents.length !== events) movedAtMs = Date.now();
    events = standIn.meterEvents.length;
    return judgeMeters({ client, organizationId, standIn });
  };
  while ((await verdict()).lost > 0 && Date.now() - movedAtMs < STANDSTILL_MS_MAX) await pause(TICK_MS);
  await pause(TICKS_WATCHED * TICK_MS);
  return verdict();
}
