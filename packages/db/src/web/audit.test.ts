import { expect, it } from "vitest";
import { subjectText } from "./audit.ts";

it("tells what was changed by its name, also when it is gone, and by its id only where nothing else is known", () => {
  const names = new Map([["bud_1", "Team budget"], ["usr_1", "ada@example.com"]]);
  const cases = [["bud_1", "Team budget"], ["bud_2 Old budget", "Old budget"], ["bud_2", "bud_2"], ["usr_1 admin", "ada@example.com admin"], ["usr_2 admin", "usr_2 admin"], ["10 % for 3 days", "10 % for 3 days"], ["ada@example.com as admin", "ada@example.com as admin"]] as const;
  expect(cases.map(([subject]) => subjectText(subject, names))).toEqual(cases.map(([, text]) => text));
});
