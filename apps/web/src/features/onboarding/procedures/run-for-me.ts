import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { memberProcedure } from "../../../server/trpc.ts";

/** A person waits for this; the gateway's own deadline is longer. */
const CALL_TIMEOUT_MS = 30_000;
const BODY_CHARACTERS_MAX = 100_000;
const TRIAL = { model: "auto", messages: [{ role: "user", content: "Say hello in one short sentence." }], max_tokens: 60 };

function parse(text: string): unknown {
  try {
    return JSON.parse(text.slice(0, BODY_CHARACTERS_MAX));
  } catch {
    return { text: text.slice(0, BODY_CHARACTERS_MAX) };
  }
}

/** One real call through the public gateway with the key just made. Test keys only: it must cost nothing. */
export const runForMe = memberProcedure.input(z.object({ secret: z.string().regex(/^tl_test_[0-9A-Za-z_]{20,100}$/, "must be a test key") }))
  .mutation(async ({ ctx, input }): Promise<{ status: number; body: unknown }> => {
    try {
      const answer = await fetch(new URL("/v1/chat/completions", ctx.gatewayUrl), {
        method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${input.secret}` }, body: JSON.stringify(TRIAL), signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      });
      return { status: answer.status, body: parse(await answer.text()) };
    } catch {
      throw new TRPCError({ code: "SERVICE_UNAVAILABLE", message: "The gateway did not answer. Check that it is running, then try again." });
    }
  });
