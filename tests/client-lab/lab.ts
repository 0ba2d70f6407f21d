// What every client of the lab must be able to do, in the client's own words. The judge (clients.test.ts) asks the same of all of
// them; how a call is written, and how an answer and a failure are read, is left to each client's own library.

/** Where the running gateway is, and the keys for it. */
export interface LabAddress {
  readonly gateway: string;
  readonly simulator: string;
  readonly keys: { readonly working: string; /** Its checksum is wrong. */ readonly mistyped: string; /** One request a minute. */ readonly limited: string; /** Its budget is used up. */ readonly spent: string };
}

export interface Target { readonly gateway: string; readonly key: string; readonly model: string }

export interface Said { readonly text: string; /** As the client counts them; null where the client does not tell. */ readonly outputTokens: number | null }
export interface Streamed extends Said { readonly pieces: number }
export interface ToolTrip { readonly name: string; readonly input: unknown; /** What the model said to the tool's result. */ readonly text: string }
/** `typed`: the client threw the class that it has for this status. */
export interface ClientFailure { readonly status: number | undefined; readonly message: string; readonly typed: boolean }

export interface LabClient {
  readonly name: string;
  say(target: Target, prompt: string): Promise<Said>;
  stream(target: Target, prompt: string): Promise<Streamed>;
  /** One tool call and its result sent back. */
  useTool(target: Target, options: { readonly stream: boolean }): Promise<ToolTrip>;
  /** An object of CITY_SCHEMA. Absent where the client has no structured output. */
  object?(target: Target, prompt: string): Promise<unknown>;
  /** Starts a stream, and leaves after its first piece. */
  abort(target: Target): Promise<void>;
  readFailure(error: unknown): ClientFailure;
}

export const TOOL = { name: "get_weather", description: "Weather of a city", result: "12 degrees", question: "What is the weather in Oslo?" } as const;
export const CITY_SCHEMA = { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false } as const;
export const OUTPUT_TOKENS_MAX = 400;

interface JournalEntry { readonly requestId: string; readonly aborted: boolean; readonly outputTokensSent: number; readonly outputTokensGenerated: number }

/** The simulator's controls, and the receipts of the gateway. */
export class Outside {
  private readonly lab: LabAddress;
  constructor(lab: LabAddress) { this.lab = lab; }

  /** Every provider behaves so until the next order; null: well. */
  async order(fault: string | null): Promise<void> {
    await fetch(`${this.lab.simulator}/_admin/faults`, { method: "PUT", body: JSON.stringify({ "*": fault }) });
  }

  async forget(): Promise<void> {
    await fetch(`${this.lab.simulator}/_admin/journal`, { method: "DELETE" });
  }

  /** The calls that have ended at the providers. */
  async journal(): Promise<readonly JournalEntry[]> {
    const text = await (await fetch(`${this.lab.simulator}/_admin/journal`)).text();
    return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as JournalEntry);
  }

  /** Null while there is none. */
  async receipt(requestId: string): Promise<Record<string, unknown> | null> {
    const response = await fetch(`${this.lab.gateway}/v1/generations/${requestId}`, { headers: { authorization: `Bearer ${this.lab.keys.working}` } });
    return response.ok ? await response.json() as Record<string, unknown> : null;
  }
}
