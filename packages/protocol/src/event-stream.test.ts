import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { EventStreamError, EventStreamReader, type EventStreamMessage } from "./event-stream.ts";

/** AWS's published vectors (awslabs/aws-c-event-stream, tests/test_vectors), as bytes in hexadecimal. */
const GOOD = {
  all_headers: ["000000cc000000af0fae64ca0a6576656e742d74797065040000a00c0c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e0a626f6f6c2066616c73650109626f6f6c207472756500046279746502cf08627974652062756606001449276d2061206c6974746c6520746561706f74210974696d657374616d70080000000000845fed05696e74313603002a05696e7436340500000000028757b20475756964090102030405060708090a0b0c0d0e0f107b27666f6f273a27626172277daba5f10c", { "content-type": "application/json" }, "{'foo':'bar'}"],
  empty_message: ["000000100000000005c248eb7d98c8ff", {}, ""],
  int32_header: ["0000002d0000001041c424b80a6576656e742d74797065040000a00c7b27666f6f273a27626172277d36f480a0", {}, "{'foo':'bar'}"],
  payload_no_headers: ["0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936", {}, "{'foo':'bar'}"],
  payload_one_str_header: ["0000003d0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b27666f6f273a27626172277d8d9c08b1", { "content-type": "application/json" }, "{'foo':'bar'}"],
} as const;
const BAD = {
  corrupted_headers: "0000003d0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b61666f6f273a27626172277d8d9c08b1",
  corrupted_header_len: "0000003d0000002107fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b27666f6f273a27626172277d8d9c08b1",
  corrupted_length: "0000003e0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b27666f6f273a27626172277d8d9c08b1",
  corrupted_payload: "0000001d00000000fd528c5a5b27666f6f273a27626172277dc3653936",
  no_stream_at_all: Buffer.from("<html>bad gateway</html>").toString("hex"),
} as const;

const bytesOf = (hex: string): Buffer => Buffer.from(hex, "hex");
const shape = ({ headers, payload }: EventStreamMessage) => [headers, Buffer.from(payload).toString()];
const ALL = Buffer.concat(Object.values(GOOD).map(([hex]) => bytesOf(hex)));
const EXPECTED = Object.values(GOOD).map(([, headers, payload]) => [headers, payload]);

describe("EventStreamReader", () => {
  it.each(Object.entries(GOOD))("reads AWS's vector %s", (_name, [hex, headers, payload]) => {
    expect([...new EventStreamReader().push(bytesOf(hex))].map(shape)).toEqual([[headers, payload]]);
  });

  it.each(Object.entries(BAD))("refuses AWS's vector %s, after what came whole before it", (_name, hex) => {
    const seen: EventStreamMessage[] = [];
    const read = (): void => { for (const message of new EventStreamReader().push(Buffer.concat([bytesOf(GOOD.payload_no_headers[0]), bytesOf(hex)]))) seen.push(message); };
    expect(read).toThrow(EventStreamError);
    expect(seen).toHaveLength(1);
  });

  it("gives the same messages at every split", () => {
    for (let cut = 0; cut <= ALL.length; cut++) {
      const reader = new EventStreamReader();
      expect([...reader.push(ALL.subarray(0, cut)), ...reader.push(ALL.subarray(cut))].map(shape)).toEqual(EXPECTED);
    }
    const reader = new EventStreamReader();
    expect([...ALL].flatMap((byte) => [...reader.push(Uint8Array.of(byte))]).map(shape)).toEqual(EXPECTED);
  });

  it("hands out messages that later bytes cannot change, and never one whose end is missing", () => {
    const reader = new EventStreamReader();
    const [first] = reader.push(bytesOf(GOOD.payload_no_headers[0]));
    expect([...reader.push(ALL.subarray(0, ALL.length - 1))]).toHaveLength(EXPECTED.length - 1);
    expect(Buffer.from(first?.payload ?? []).toString()).toBe("{'foo':'bar'}");
  });

  it("refuses a message that claims to be huge before it has come", () => {
    const prelude = Buffer.alloc(12);
    prelude.writeUInt32BE(0x7fffffff, 0);
    prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
    expect(() => [...new EventStreamReader().push(prelude)]).toThrow(/larger than/);
  });
});
