const MODELS = ["anthropic/claude-sonnet-4.5", "anthropic/claude-sonnet-4.5", "anthropic/claude-sonnet-4.5", "openai/gpt-5-mini", "openai/gpt-5-mini", "google/gemini-2.5-flash", "google/gemini-2.5-flash", "openai/gpt-5", "anthropic/claude-haiku-4.5", "deepseek/deepseek-v3.2", "mistralai/mistral-large", "google/gemini-2.5-pro"];
const FAULTS = ["status=503", "cut@40", "overloaded_first", "status=400"];
const AT_ONCE = 4;

/** Repeatable draws of 0 to 1. */
function draws(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
}

/** Varied calls through the gateway: several keys and models, streams, a provider that is down so that fallbacks serve, and a few failures. Gives how many there were of each status. */
export async function sendTraffic(gateway: string, keys: readonly string[], calls: number): Promise<Readonly<Record<number, number>>> {
  const draw = draws(7);
  const pick = <T>(from: readonly T[], at: number): T => from[Math.floor(at * from.length)] as T;
  const statuses: Record<number, number> = {};
  const send = async (): Promise<void> => {
    const [roll, wordiness] = [draw(), draw()];
    const usage = `usage=${Math.floor(400 + draw() * 6000)},${Math.floor(60 + draw() * 900)}`;
    const balanced = roll < 0.22;
    const simulate = roll < 0.08 ? `openai:status=503;${usage}` : roll > 0.985 ? pick(FAULTS, draw()) : `ttft=${Math.floor(8 + draw() * 40)},${usage}`;
    const answer = await fetch(`${gateway}/v1/chat/completions`, {
      method: "POST", headers: { authorization: `Bearer ${pick(keys, draw() ** 2)}`, "content-type": "application/json", "x-simulate": simulate },
      body: JSON.stringify({ ...(balanced ? { model: "auto", routing_preset: "balanced" } : { model: pick(MODELS, draw()) }), stream: draw() < 0.6, messages: [{ role: "user", content: "What does this do? ".repeat(1 + Math.floor(wordiness * 40)) }] }),
    });
    // A stream that breaks off is one of the cases.
    await answer.text().catch(() => "");
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
  };
  for (let sent = 0; sent < calls; sent += AT_ONCE) await Promise.all(Array.from({ length: Math.min(AT_ONCE, calls - sent) }, send));
  return statuses;
}
