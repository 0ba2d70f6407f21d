import { expect, it } from "vitest";
import { apiCall } from "./api-call.ts";

it("asks the management API for the very range, book and levels on the page", () => {
  const call = apiCall({ from: "2026-03-01T00:00:00.000Z", to: "2026-03-02T00:00:00.000Z" }, { origin: "https://gate.example", project: "default", mode: "test", groupBy: "model", thenBy: "key", filters: { status: ["failed", "partial"], preset: [""] } });
  const address = new URL(/"(https:[^"]+)"/.exec(call)?.[1] ?? "");
  expect([address.pathname, Object.fromEntries(address.searchParams)]).toEqual(["/api/v1/usage", { group_by: "model,key", mode: "test", project: "default", from: "2026-03-01T00:00:00.000Z", to: "2026-03-02T00:00:00.000Z", status: "failed,partial", preset: "" }]);
  expect(call).toContain("$TRUNKLINE_MANAGEMENT_KEY");
});
