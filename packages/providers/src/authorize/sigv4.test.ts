import { describe, expect, it } from "vitest";
import { parseAwsCredential, signRequest, type SignedPart } from "./sigv4.ts";

const CREDENTIAL = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", sessionToken: null };
const SCOPE = { region: "us-east-1", service: "service", nowMs: Date.UTC(2015, 7, 30, 12, 36, 0) };
const request = (more: Partial<SignedPart> = {}): SignedPart => ({ method: "GET", url: "https://example.amazonaws.com/", headers: {}, body: Buffer.alloc(0), ...more });
const signed = (names: string, signature: string): string => `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${names}, Signature=${signature}`;

describe("signRequest", () => {
  it.each<[string, Partial<SignedPart>, string, string]>([
    ["get-vanilla", {}, "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"],
    ["get-vanilla-query-order-key-case", { url: "https://example.amazonaws.com/?Param2=value2&Param1=value1" }, "host;x-amz-date", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"],
    ["post-vanilla", { method: "POST" }, "host;x-amz-date", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"],
    ["post-x-www-form-urlencoded", { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body: Buffer.from("Param1=value1") }, "content-type;host;x-amz-date", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"],
  ])("gives the signature of AWS's test suite: %s", (_name, more, names, signature) => {
    expect(signRequest(request(more), CREDENTIAL, SCOPE)).toEqual({ "x-amz-date": "20150830T123600Z", authorization: signed(names, signature) });
  });

  /** Signed by AWS's own JavaScript signer (@smithy/signature-v4 5.7.5). */
  it("signs a model's colon as AWS's signer does, and the session token with it", () => {
    const url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-3-5-sonnet-20241022-v2%3A0/converse-stream";
    const body = Buffer.from('{"messages":[]}');
    const headers = signRequest(request({ method: "POST", url, headers: { "content-type": "application/json", accept: "any" }, body }), { ...CREDENTIAL, sessionToken: "TOKEN/+=" }, { ...SCOPE, service: "bedrock" });
    expect(headers).toEqual({
      "x-amz-date": "20150830T123600Z", "x-amz-security-token": "TOKEN/+=",
      authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/bedrock/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=1464f68604155cac0a20e78694b3e771c1d9492a9535ae398e6d8a6031c2d7c3",
    });
  });
});

it("tells AWS credentials from a Bedrock API key", () => {
  const key = "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  expect(parseAwsCredential(key)).toEqual({ accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: CREDENTIAL.secretAccessKey, sessionToken: null });
  expect(parseAwsCredential(`${key}:IQoJb3JpZ2luX2VjE//==`)?.sessionToken).toBe("IQoJb3JpZ2luX2VjE//==");
  for (const other of ["", "ABSKQmVkcm9ja0FQSUtleS1leGFtcGxl", "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t", "a:b"]) expect(parseAwsCredential(other)).toBeNull();
});
