import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { helpOf, parseOptions, UsageError } from "./options.mjs";

const OPTIONS = {
  requests: { count: 2000, min: 1, about: "how many calls" },
  seed: { count: 1, about: "what chance is made of" },
  away: { count: 60, min: 1, max: 240, about: "seconds" },
  out: { text: null, about: "where to" },
  json: { about: "one JSON object" },
};
const refused = (args, message) => assert.throws(() => parseOptions(OPTIONS, args), (error) => error instanceof UsageError && error.message === message, args.join(" "));

describe("what a command takes", () => {
  it("has its defaults unless told otherwise, in either spelling and after pnpm's own dashes", () => {
    assert.deepEqual(parseOptions(OPTIONS, []), { requests: 2000, seed: 1, away: 60, out: null, json: false });
    assert.deepEqual(parseOptions(OPTIONS, ["--", "--requests", "10", "--seed=0", "--out", "x", "--json"]), { requests: 10, seed: 0, away: 60, out: "x", json: true });
  });

  it("refuses a misspelt option instead of running with its default, and a word that belongs to none", () => {
    refused(["--request", "10"], "there is no option --request");
    refused(["fast"], "there is no option fast");
    refused(["-n", "3"], "there is no option -n");
  });

  it("refuses what is no whole number within the bounds, and says which are", () => {
    for (const given of ["", "ten", "1.5", "-1", "1e3", "0x10", "99999999999999999999"]) refused([`--seed=${given}`], "--seed wants a whole number");
    refused(["--requests", "0"], "--requests wants a whole number, 1 or more");
    refused(["--away", "241"], "--away wants a whole number from 1 to 240");
    refused(["--requests"], "--requests wants a whole number, 1 or more");
    refused(["--seed", "--json"], "--seed wants a whole number");
  });

  it("refuses a value for a switch, and a word that was left out", () => {
    refused(["--json=yes"], "--json takes no value");
    refused(["--out"], "--out wants a value");
    refused(["--out="], "--out wants a value");
  });

  it("asks for help whatever else is said, and names every option with its default", () => {
    assert.equal(parseOptions(OPTIONS, ["--nonsense", "--help"]), null);
    const help = helpOf({ command: "crash", about: "kills", options: OPTIONS });
    for (const line of ["crash [OPTIONS]: kills", "--requests N  how many calls (2000)", "--out TEXT", "--json"]) assert.ok(help.includes(line), `${line} in ${help}`);
  });
});
