/**
 * Refuses a request whose prompt holds what its project wants no provider to see. Reads every text of the body, on whichever wire; files
 * and pictures are not looked into. Decides before anything is held or asked; what such a text looks like is `redact`'s matter.
 */
import { GatewayError, type Guardrails } from "@trunkline/contracts";
import type { AuthenticatedCall, Stages } from "../stages.ts";
import { firstFound } from "../stored/redact.ts";

/** Read in a few tens of milliseconds, in which other requests wait. What is longer cannot be vouched for, so it is refused. */
export const GUARDED_BYTES_MAX = 2 * 1024 * 1024;
const FOUND = { email: "an e-mail address", phone: "a phone number", card: "a card number", key: "a key or token", own: "a text that its own list names" } as const;
/** A file as text: an address of data, or base64 alone. */
const FILE = /^(?:data:[\w/+.;=-]{0,100},|[A-Za-z0-9+/]{256})/;

/** Stands around the stage that admits. Where a project refuses nothing, this is one look at its key. */
export function guardingPrompts(admit: Stages["admit"]): Stages["admit"] {
  return (call) => {
    if (call.key.refuse !== undefined) refuseForbidden(call, call.key.refuse);
    return admit(call);
  };
}

/** The same for what is planned without being admitted: an explanation, and a count of tokens that a provider would make. */
export const guardingPlan = <Plan>(plan: (call: AuthenticatedCall) => Promise<Plan>) => async (call: AuthenticatedCall): Promise<Plan> => {
  if (call.key.refuse !== undefined) refuseForbidden(call, call.key.refuse);
  return plan(call);
};

/** Throws GatewayError caller.content_filtered, which names the kind of what was found and never the text. */
function refuseForbidden({ call }: AuthenticatedCall, refuse: Guardrails["refuse"]): void {
  if (call.raw.length > GUARDED_BYTES_MAX) throw new GatewayError("caller.content_filtered", `This project checks every prompt, up to ${GUARDED_BYTES_MAX / 1024 / 1024} MB of body, and this one has ${(call.raw.length / 1024 / 1024).toFixed(1)} MB. Shorten it, or have the check removed under Guardrails.`, { metadata: { guardrail: "length" } });
  const found = foundIn(call.body, refuse);
  if (found) throw new GatewayError("caller.content_filtered", `The prompt holds ${FOUND[found]}, and this project refuses such prompts. Take it out, or change the project's guardrails. No provider was asked.`, { metadata: { guardrail: found } });
}

function foundIn(value: unknown, refuse: Guardrails["refuse"]): keyof typeof FOUND | null {
  if (typeof value === "string") return FILE.test(value) ? null : firstFound(value, refuse);
  if (typeof value !== "object" || value === null) return null;
  for (const one of Object.values(value)) {
    const found = foundIn(one, refuse);
    if (found) return found;
  }
  return null;
}
