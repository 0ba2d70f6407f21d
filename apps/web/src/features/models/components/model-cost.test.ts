import { expect, it } from "vitest";
import { cheapestFor, loadCostUsd, type Provider } from "./model-cost.ts";

const price = (provider: string, input: string, cached: string, output: string): Provider => ({ trains: false, retains: true, region: null, provider, upstreamModel: provider, inputUsdPerMillion: input, cacheReadUsdPerMillion: cached, cacheWriteUsdPerMillion: input, outputUsdPerMillion: output, requests24h: 0, failed24h: 0, avgTtftMs: null });
const load = { requests: 1_000, inputTokens: 2_000, cachedPercent: 0, outputTokens: 500 };

it("prices fresh input, cached input and output apart", () => {
  expect(loadCostUsd(load, price("a", "3", "0.3", "15"))).toBeCloseTo(13.5, 10);
  expect(loadCostUsd({ ...load, cachedPercent: 50 }, price("a", "3", "0.3", "15"))).toBeCloseTo(10.8, 10);
  expect(loadCostUsd({ ...load, cachedPercent: 500 }, price("a", "3", "0", "0"))).toBe(0);
});

it("finds who is cheapest for the load at hand, which another load may turn round", () => {
  const [reader, writer] = [price("reader", "1", "0.1", "20"), price("writer", "4", "4", "4")];
  expect(cheapestFor({ ...load, outputTokens: 10 }, [reader, writer])?.provider).toBe("reader");
  expect(cheapestFor({ ...load, outputTokens: 5_000 }, [reader, writer])?.provider).toBe("writer");
  expect(cheapestFor(load, [])).toBeUndefined();
});
