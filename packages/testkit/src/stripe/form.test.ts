import { describe, expect, it } from "vitest";
import { parseForm } from "./form.ts";

describe("parseForm", () => {
  it("reads nested keys, lists and lists of objects as the official client writes them", () => {
    expect(parseForm("name=A%20B&metadata[a]=1&line_items[0][price]=p&line_items[1][price]=q&expand[0]=x&enabled_events[]=y&enabled_events[]=z")).toEqual({
      name: "A B", metadata: { a: "1" }, line_items: [{ price: "p" }, { price: "q" }], expand: ["x"], enabled_events: ["y", "z"],
    });
  });

  it("cannot reach an object's prototype and refuses endless nesting", () => {
    parseForm("__proto__[polluted]=1&constructor[prototype][polluted]=1");
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
    expect(() => parseForm(`a${"[b]".repeat(20)}=1`)).toThrow(RangeError);
  });
});
