import { expect, it, vi } from "vitest";

const NAMES = ["NotFoundError", "ForbiddenError", "ConflictError", "UnprocessableError"] as const;

it("an error of the data layer is known to whoever shares it, also where their code was built apart", async () => {
  const here = await import("./errors.ts");
  vi.resetModules();
  const there = await import("./errors.ts");
  for (const made of NAMES) {
    expect(there[made]).not.toBe(here[made]);
    for (const asked of NAMES) expect(new there[made]("preset") instanceof here[asked], `${made} as ${asked}`).toBe(made === asked);
  }
  expect(new Error("other") instanceof here.NotFoundError).toBe(false);
});
