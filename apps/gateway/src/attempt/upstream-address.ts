export interface UpstreamAddress { readonly origin: string; readonly path: string }

/** One a provider and model at most; more would mean that a caller's text has got into a URL. */
const ADDRESSES_MAX = 4_096;
const addresses = new Map<string, UpstreamAddress>();

/** A URL's origin and path with query. The same few URLs are used for ever, so each is parsed once. Throws TypeError for what is no URL. */
export function upstreamAddress(url: string): UpstreamAddress {
  const known = addresses.get(url);
  if (known) return known;
  const { origin, pathname, search } = new URL(url);
  const address = { origin, path: pathname + search };
  if (addresses.size >= ADDRESSES_MAX) addresses.clear();
  addresses.set(url, address);
  return address;
}
