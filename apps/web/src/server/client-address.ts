/**
 * The caller's address for rate limits. `x-forwarded-for` is believed only for the hops that our own proxies appended;
 * without a proxy all callers share one name, and the per-account limit is what protects.
 */
export function clientAddress(headers: Headers, trustedProxyHops: number): string {
  if (trustedProxyHops === 0) return "direct";
  const hops = (headers.get("x-forwarded-for") ?? "").split(",").map((hop) => hop.trim()).filter(Boolean);
  return hops.at(-trustedProxyHops) ?? "direct";
}
