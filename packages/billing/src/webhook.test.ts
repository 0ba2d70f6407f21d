import Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { parseWebhookSecrets, verifyWebhook, WebhookRefused } from "./webhook.ts";

const OLD = `whsec_${"a".repeat(32)}`;
const NEW = `whsec_${"b".repeat(32)}`;
const NOW_MS = 1_800_000_000_000;
const rawBody = JSON.stringify({ id: "evt_1", object: "event", type: "invoice.paid", data: { object: {} } });
const sign = (secret: string, ageS = 0) => Stripe.webhooks.generateTestHeaderString({ payload: rawBody, secret, timestamp: NOW_MS / 1000 - ageS });
const verify = (header: string | null, secrets: readonly string[] = [NEW, OLD], body: string | Uint8Array = rawBody) => verifyWebhook({ rawBody: body, header, secrets, nowMs: NOW_MS });

describe("verifyWebhook", () => {
  it("accepts what either of two rotating secrets signed, as text and as bytes", () => {
    expect(verify(sign(NEW)).id).toBe("evt_1");
    expect(verify(sign(OLD)).id).toBe("evt_1");
    expect(verify(sign(OLD), [OLD], Buffer.from(rawBody)).id).toBe("evt_1");
  });

  it("reads the object's id from a whole event and from a thin one, and refuses what is neither", () => {
    const of = (payload: string) => verifyWebhook({ rawBody: payload, header: Stripe.webhooks.generateTestHeaderString({ payload, secret: NEW, timestamp: NOW_MS / 1000 }), secrets: [NEW], nowMs: NOW_MS });
    expect(of(JSON.stringify({ id: "evt_1", object: "event", type: "t", data: { object: { id: "cs_1" } } }))).toEqual({ id: "evt_1", type: "t", objectId: "cs_1" });
    expect(of(JSON.stringify({ id: "evt_2", object: "v2.core.event", type: "t", related_object: { id: "mtr_1", type: "billing.meter", url: "/" } }))).toEqual({ id: "evt_2", type: "t", objectId: "mtr_1" });
    for (const text of ["[]", "null", "{}", "{\"id\":1,\"type\":\"t\"}", "no json"]) expect(() => of(text)).toThrow(WebhookRefused);
  });

  it("refuses a delivery signed by nobody we know, unsigned, changed, or with another scheme alone", () => {
    expect(() => verify(sign(`whsec_${"c".repeat(32)}`))).toThrow(WebhookRefused);
    expect(() => verify(null)).toThrow(WebhookRefused);
    expect(() => verify("")).toThrow(WebhookRefused);
    expect(() => verify(sign(NEW), [NEW], `${rawBody} `)).toThrow(WebhookRefused);
    expect(() => verify(sign(NEW).replace("v1=", "v0="))).toThrow(WebhookRefused);
  });

  it("accepts a delivery 300 s old and refuses the replay at 301 s", () => {
    expect(verify(sign(NEW, 300)).id).toBe("evt_1");
    expect(() => verify(sign(NEW, 301))).toThrow(WebhookRefused);
  });

  it.each(["", "whsec_", "whsec_short", " ", "a".repeat(40)])("never verifies against the unfit secret %j, though somebody signed with it", (secret) => {
    expect(() => verify(sign(secret || "x"), [secret])).toThrow(RangeError);
    expect(() => verify(sign(NEW), [NEW, secret])).toThrow(RangeError);
  });

  it("never verifies without a secret", () => {
    expect(() => verify(sign(NEW), [])).toThrow(RangeError);
  });
});

describe("parseWebhookSecrets", () => {
  it("reads one or two secrets and says what is wrong without showing them", () => {
    expect(parseWebhookSecrets(`${NEW}, ${OLD}`)).toEqual([NEW, OLD]);
    expect(() => parseWebhookSecrets("whsec_tooshort")).toThrow(/^(?!.*tooshort).*24 characters/);
    expect(() => parseWebhookSecrets(`${NEW},${NEW},${NEW}`)).toThrow(RangeError);
  });
});
