import { describe, expect, it } from "vitest";
import { ForbiddenAddress, guardedLookup, isPublicAddress, refuseAddress } from "./address.ts";

const strict = { allowPrivate: false };

describe("an address that a tenant chose", () => {
  it.each(["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::a00:1", "2002:7f00:1::", "not an address"])("is not public at %s", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
  it.each(["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111"])("is public at %s", (address) => { expect(isPublicAddress(address)).toBe(true); });
  it.each(["http://api.example.com", "https://127.0.0.1/v1", "https://[::1]/v1", "https://0x7f.1/", "https://2130706433/", "https://[::ffff:10.0.0.1]/", "https://user:secret@api.example.com", "ftp://example.com", "file:///etc/passwd", "no url"])("is refused at sight: %s", (url) => {
    expect(() => refuseAddress(url, strict)).toThrow(ForbiddenAddress);
  });
  it("never has its path or password repeated in the refusal", () => {
    for (const url of ["https://user:hunter2@api.example.com/hunter2", "https://10.0.0.1/hunter2"]) {
      try { refuseAddress(url, strict); } catch (error) { expect(String(error)).not.toContain("hunter2"); }
    }
  });
  it("is refused when its name resolves to this machine, and served where private addresses are allowed", async () => {
    const ask = (allowPrivate: boolean) => new Promise<string>((resolve) => { guardedLookup({ allowPrivate })("localhost", {}, (error, address) => resolve(error ? error.name : String(address))); });
    expect(await ask(false)).toBe("ForbiddenAddress");
    expect(await ask(true)).toMatch(/^(127\.|::1)/);
    expect(refuseAddress("http://localhost:11434/v1", { allowPrivate: true }).port).toBe("11434");
  });
});
