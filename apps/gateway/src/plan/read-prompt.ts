/** Content parts looked at: an instruction stands in the first or the last ones. */
const PARTS_MAX = 16;

type Body = Readonly<Record<string, unknown>>;
const record = (value: unknown): Body => (typeof value === "object" && value !== null ? value as Body : {});

/** The caller's last words, in whichever of the inbound wires; empty where the last turn holds no text. A reference into the body, or a short join. */
export function readPrompt(body: Body): string {
  const { messages, input } = body;
  if (typeof input === "string") return input;
  const turns = Array.isArray(messages) ? messages : Array.isArray(input) ? input : [];
  for (let index = turns.length - 1; index >= 0; index--) {
    const turn = record(turns[index]);
    if (turn["role"] !== "user") continue;
    const text = textOf(turn["content"]);
    if (text !== "") return text;
  }
  return "";
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  const texts: string[] = [];
  for (const part of content.length > PARTS_MAX ? [...content.slice(0, PARTS_MAX / 2), ...content.slice(-PARTS_MAX / 2)] : content) {
    const { text } = record(part);
    if (typeof text === "string") texts.push(text);
  }
  return texts.join("\n");
}
