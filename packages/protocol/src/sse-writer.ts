/** The terminator of an OpenAI stream, and of no other. */
export const SSE_DONE = "data: [DONE]\n\n";

/** One unnamed event. `json` is a single line, as JSON.stringify makes it. */
export const sseData = (json: string): string => `data: ${json}\n\n`;

/** One named event, as the Anthropic wire uses them. */
export const sseEvent = (event: string, json: string): string => `event: ${event}\ndata: ${json}\n\n`;

/** Keeps the connection alive and commits to nothing. */
export const sseComment = (text: string): string => `: ${text.replace(/[\r\n]+/g, " ")}\n\n`;
