/** The two OpenAPI documents as the reference page shows them. The gateway's is asked of the gateway, so that the page says what that one serves. */
import { webEnv } from "../env.ts";
import { referenceOf, type ReferenceSection } from "../features/docs/reference.ts";
import { openApiDocument } from "./rest/openapi.ts";

const GATEWAY_TIMEOUT_MS = 3_000;
/** The document changes with a release of the gateway. */
const KEPT_MS = 5 * 60_000;
const holder = globalThis as typeof globalThis & { trunklineReference?: { readonly untilMs: number; readonly section: ReferenceSection } };

const QUESTION = [{ role: "user", content: "Say hello in five words." }];
const MODEL = "anthropic/claude-haiku-4.5";
const EXAMPLES = {
  "/chat/completions": { model: MODEL, models: ["openai/gpt-5-mini"], messages: QUESTION, stream: true },
  "/messages": { model: MODEL, max_tokens: 64, messages: QUESTION },
  "/responses": { model: "openai/gpt-5-mini", input: QUESTION[0]?.content },
  "/completions": { model: "openai/gpt-5-mini", prompt: "Once upon a time", max_tokens: 32 },
  "/embeddings": { model: "openai/text-embedding-3-small", input: ["a text", "another"] },
  "/messages/count_tokens": { model: MODEL, messages: QUESTION },
  "/route/explain": { model: "auto", routing_preset: "balanced", messages: QUESTION },
};

async function gatewaySection(): Promise<ReferenceSection | null> {
  const kept = holder.trunklineReference;
  if (kept && kept.untilMs > Date.now()) return kept.section;
  const base = webEnv().PUBLIC_GATEWAY_URL.replace(/\/+$/, "");
  try {
    const answer = await fetch(`${base}/openapi.json`, { signal: AbortSignal.timeout(GATEWAY_TIMEOUT_MS) });
    if (!answer.ok) return kept?.section ?? null;
    const section = referenceOf(await answer.json(), { id: "gateway", title: "Gateway", baseUrl: `${base}/v1`, keyName: "TRUNKLINE_API_KEY", examples: EXAMPLES });
    holder.trunklineReference = { untilMs: Date.now() + KEPT_MS, section };
    return section;
  } catch {
    return kept?.section ?? null;
  }
}

/** Never rejects: with the gateway away, the management API is still explained. */
export async function readReference(): Promise<{ readonly sections: readonly ReferenceSection[]; readonly missing: string | null }> {
  const { PUBLIC_WEB_URL } = webEnv();
  const management = referenceOf(openApiDocument(PUBLIC_WEB_URL), { id: "management", title: "Management API", baseUrl: new URL("/api/v1", PUBLIC_WEB_URL).href, keyName: "TRUNKLINE_MANAGEMENT_KEY" });
  const gateway = await gatewaySection();
  return { sections: gateway ? [gateway, management] : [management], missing: gateway ? null : "The gateway does not answer just now, so its part is missing here. Try again in a moment." };
}
