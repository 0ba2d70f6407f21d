// Runs the stand-in by itself: STRIPE_STAND_IN_PORT, STRIPE_STAND_IN_STATE (a JSON file that outlives it), and STRIPE_WEBHOOK_URL with STRIPE_WEBHOOK_SECRET to receive events.
import { createStripeStandIn } from "./stand-in.ts";

const PORT_DEFAULT = 12_111;
const { STRIPE_STAND_IN_PORT, STRIPE_STAND_IN_STATE, STRIPE_WEBHOOK_URL, STRIPE_WEBHOOK_SECRET } = process.env;
const port = STRIPE_STAND_IN_PORT === undefined || STRIPE_STAND_IN_PORT === "" ? PORT_DEFAULT : Number(STRIPE_STAND_IN_PORT);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error("STRIPE_STAND_IN_PORT must be a port number");
  process.exit(78);
}
// The first secret signs when two are configured for a rotation.
const secret = STRIPE_WEBHOOK_SECRET?.split(",")[0]?.trim();
const standIn = await createStripeStandIn({ port, ...(STRIPE_STAND_IN_STATE ? { stateFile: STRIPE_STAND_IN_STATE } : {}), ...(STRIPE_WEBHOOK_URL ? { webhookUrl: STRIPE_WEBHOOK_URL } : {}), ...(secret ? { webhookSecret: secret } : {}) });
console.log(`stripe stand-in on ${standIn.url}`);
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => { void standIn.close().then(() => process.exit(0)); });
