/** The column's request as a program. The key is a name of the environment: a program that is pasted somewhere must not hold one. */
import type { ChatBody } from "./playground-request.ts";

export const LANGUAGES = ["curl", "TypeScript", "Python"] as const;
export type Language = (typeof LANGUAGES)[number];

const INDENT = 2;
const indent = (text: string, by: number): string => text.replaceAll("\n", `\n${" ".repeat(by)}`);

const curl = (base: string, body: ChatBody): string => `curl ${base}/v1/chat/completions \\
  -H "Authorization: Bearer $TRUNKLINE_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '${JSON.stringify(body, null, INDENT).replaceAll("'", "'\\''")}'`;

const typescript = (base: string, body: ChatBody): string => `import OpenAI from "openai"

const client = new OpenAI({ baseURL: "${base}/v1", apiKey: process.env.TRUNKLINE_API_KEY })
const answer = await client.chat.completions.create(${JSON.stringify(body, null, INDENT)})
console.log(answer.choices[0].message)`;

/** JSON's literals in Python's words; text in quotes is the same in both. */
function pythonLiteral(value: unknown): string {
  return JSON.stringify(value, null, INDENT * 2).replace(/"(?:[^"\\]|\\.)*"|\b(true|false|null)\b/g, (whole, word: string | undefined) => (word === undefined ? whole : { true: "True", false: "False", null: "None" }[word] ?? whole));
}

function python(base: string, body: ChatBody): string {
  const named = Object.entries(body).map(([name, value]) => `    ${name}=${indent(pythonLiteral(value), INDENT * 2)},`).join("\n");
  return `import os
from openai import OpenAI

client = OpenAI(base_url="${base}/v1", api_key=os.environ["TRUNKLINE_API_KEY"])
answer = client.chat.completions.create(
${named}
)
print(answer.choices[0].message)`;
}

const WRITERS: Readonly<Record<Language, (base: string, body: ChatBody) => string>> = { curl, TypeScript: typescript, Python: python };

/** `gatewayUrl` may end in a slash or in /v1. */
export const requestCode = (language: Language, gatewayUrl: string, body: ChatBody): string => WRITERS[language](gatewayUrl.replace(/\/+$/, "").replace(/\/v1$/, ""), body);
