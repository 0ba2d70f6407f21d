import { describe } from "vitest";
import type { InvalidationBus } from "./bus.ts";
import { composeEmbeddedKv } from "./embedded-kv.ts";
import { counterContract } from "./kv.contract.ts";

const silent: InvalidationBus = { publish: () => Promise.resolve(), subscribe: () => Promise.resolve(), ping: () => Promise.resolve(), close: () => Promise.resolve() };

describe("embedded counters", () => counterContract((clock) => composeEmbeddedKv(silent, clock)));
