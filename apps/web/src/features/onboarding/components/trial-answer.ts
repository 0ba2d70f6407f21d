const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** The answer's text of a chat completion; null when there is none. */
export function answerText(body: unknown): string | null {
  const choice: unknown = isRecord(body) && Array.isArray(body.choices) ? body.choices[0] : null;
  const message = isRecord(choice) ? choice.message : null;
  return isRecord(message) && typeof message.content === "string" && message.content !== "" ? message.content : null;
}

/** The gateway's own words on a refusal, else the status. */
export function refusalText({ status, body }: { status: number; body?: unknown }): string {
  const error = isRecord(body) ? body.error : null;
  return isRecord(error) && typeof error.message === "string" ? error.message : `The gateway answered ${status}.`;
}
