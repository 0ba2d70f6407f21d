import type { z } from "zod";
import { BOOK_ANSWERS } from "./books.ts";
import { RESOURCE_ANSWERS } from "./resources.ts";

const ANSWERS: ReadonlyMap<string, z.ZodType> = new Map(Object.entries({ ...RESOURCE_ANSWERS, ...BOOK_ANSWERS }));

/** The JSON with which an operation answers when all went well. Throws an Error for an operation that nobody described. */
export function answerOf(operationId: string): z.ZodType {
  const answer = ANSWERS.get(operationId);
  if (!answer) throw new Error(`the answer of ${operationId} is described nowhere`);
  return answer;
}
