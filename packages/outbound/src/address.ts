/**
 * Where a request to an address that a tenant chose may go: to the public internet, by https. Decides by the address that is really
 * connected to, so that a name which resolves to another address later is refused then. It does not decide which tenant may name one.
 */
import { lookup as resolve, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

export interface AddressRules {
  /** For an installation whose tenants are trusted, or that serves models in its own network. */
  readonly allowPrivate: boolean;
}

/** The message names the host and never the rest of the address. */
export class ForbiddenAddress extends Error {
  override readonly name = "ForbiddenAddress";
  /** Node's own socket errors have one; undici and callers read it. */
  readonly code = "EFORBIDDENADDRESS";
}

/** Only what the registries call unicast: loopback, private, link-local (with it the clouds' metadata), shared, mapped and reserved ranges are none. */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "unicast";
}

const forbidden = (host: string): ForbiddenAddress => new ForbiddenAddress(`${host} is not an address of the public internet`);

/** Throws ForbiddenAddress for what is wrong at sight; what a name resolves to is `guardedLookup`'s matter. */
export function refuseAddress(url: string, { allowPrivate }: AddressRules): URL {
  if (!URL.canParse(url)) throw new ForbiddenAddress("the address is not a URL");
  const parsed = new URL(url);
  if (parsed.username !== "" || parsed.password !== "") throw new ForbiddenAddress("the address must not carry a user name or password");
  if (parsed.protocol !== "https:" && !(allowPrivate && parsed.protocol === "http:")) throw new ForbiddenAddress("the address must begin with https://");
  const host = parsed.hostname.replace(/^\[|\]$/g, "");
  if (!allowPrivate && isIP(host) !== 0 && !isPublicAddress(host)) throw forbidden(host);
  return parsed;
}

/** A `lookup` for `net.connect`: one private answer among public ones refuses the name. */
export function guardedLookup({ allowPrivate }: AddressRules): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => {
      if (error) return callback(error, "");
      const first = addresses[0];
      if (!first || (!allowPrivate && !addresses.every(({ address }) => isPublicAddress(address)))) return callback(forbidden(hostname), "");
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}
