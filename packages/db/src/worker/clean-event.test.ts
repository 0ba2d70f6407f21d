import { describe, expect, it } from "vitest";
import { isSuspect } from "./clean-event.ts";

describe("isSuspect", () => {
  it("lets any whole text pass, emoji and other scripts among it", () => {
    for (const rows of ["plain\t1\n", "😀 żółw 漢字\t1\n", '{"text":"\\u00e9"}\n']) expect(isSuspect(rows), rows).toBe(false);
  });
  it("finds what Postgres refuses: NUL and halves of pairs, bare and escaped", () => {
    for (const rows of ["a\u0000b", "a\ud83d", "\ude00a", '{"text":"\\u0000"}', '{"text":"\\uD83d"}']) expect(isSuspect(`whole\n${rows}\n`), JSON.stringify(rows)).toBe(true);
  });
});
