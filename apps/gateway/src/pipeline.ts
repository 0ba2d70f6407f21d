import { GatewayError } from "@trunkline/contracts";
import { CallerLeft, type AuthenticatedCall, type Inbound, type RoutedCall, type Stages } from "./stages.ts";

/**
 * THE ORDER, stated once. Money: the hold is taken before an attempt, the usage is on the spool before the last byte leaves,
 * and whatever ends the request gives the hold back or settles it. Throws GatewayError for the error envelope, CallerLeft when
 * nobody is there to read one.
 */
export async function serve(inbound: Inbound, stage: Stages): Promise<void> {
  const call = await stage.authenticate(inbound);
  let reached: AuthenticatedCall | RoutedCall = call;
  try {
    const admitted = await stage.admit(call);
    try {
      const routed = await stage.plan(admitted);
      reached = routed;
      await answer(routed, stage);
    } finally {
      admitted.reservation.release();
    }
  } catch (error) {
    await keepReceipt(reached, stage, error);
    throw error;
  }
}

async function answer(routed: RoutedCall, stage: Stages): Promise<void> {
  const stopKeepAlive = stage.keepAlive(routed);
  let won;
  try {
    won = await stage.attempt(routed);
  } finally {
    stopKeepAlive();
  }
  if (won.answer.kind === "stream") await stage.meter.open(won);
  const delivered = await stage.respond(won, (outputTokens) => stage.meter.progress(won, outputTokens));
  await stage.meter.settle(delivered);
  delivered.finish();
}

/** A flood of refusals must not become a flood of rows, so rate-limited calls leave no receipt. */
async function keepReceipt(reached: AuthenticatedCall | RoutedCall, stage: Stages, error: unknown): Promise<void> {
  if (error instanceof CallerLeft) return stage.meter.failed(reached, new GatewayError("caller.invalid_request", "The caller closed the connection before an answer existed."));
  if (!(error instanceof GatewayError) || error.code === "tenant.rate_limited" || error.code === "gateway.overloaded") return;
  await stage.meter.failed(reached, error);
}
