/** Input as every way into the dashboard's data checks it: its schema first, then that each text in it is one that PostgreSQL can keep. */
import { inputFaults, type InputFault } from "@trunkline/contracts";
import type { z } from "zod";

/** The null character, which PostgreSQL's texts cannot hold, and halves of a surrogate pair, which UTF-8 cannot. */
const UNSTORABLE = /\0|\p{Surrogate}/u;
const MESSAGE = "holds a null character or half of a surrogate pair: send well-formed Unicode text";

const below = (path: string, step: string | number): string => typeof step === "number" ? `${path}[${step}]` : path ? `${path}.${step}` : step;

/** The first text, be it a value or the name of a field, that cannot be stored; null: all can. A bad name is told by where it is, not repeated. */
export function unstorableText(value: unknown, path = ""): InputFault | null {
  if (typeof value === "string") return UNSTORABLE.test(value) ? { path, message: MESSAGE } : null;
  if (typeof value !== "object" || value === null) return null;
  for (const [name, item] of Object.entries(value)) {
    const fault = UNSTORABLE.test(name) ? { path, message: MESSAGE } : unstorableText(item, below(path, Array.isArray(value) ? Number(name) : name));
    if (fault) return fault;
  }
  return null;
}

export type CheckedInput<T> = { readonly data: T; readonly faults: null } | { readonly data: null; readonly faults: readonly InputFault[] };

export function checkInput<T>(schema: z.ZodType<T>, value: unknown): CheckedInput<T> {
  const result = schema.safeParse(value);
  if (!result.success) return { data: null, faults: inputFaults(result.error) };
  const fault = unstorableText(value);
  return fault ? { data: null, faults: [fault] } : { data: result.data, faults: null };
}
