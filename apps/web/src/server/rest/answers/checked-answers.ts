/** For tests: whatever the management API answers is held against what its document says, field by field, for every operation that a test calls. */
import { OPERATIONS } from "../dispatch.ts";
import type { Operation } from "../operation.ts";
import { answerOf } from "./answer-of.ts";

for (const operation of OPERATIONS) {
  const { handle } = operation;
  const checked: Operation["handle"] = async (call) => {
    const answer = await handle(call);
    if (answer instanceof Response) return answer;
    const { error } = answerOf(operation.id).safeParse(JSON.parse(JSON.stringify(answer)));
    if (error) throw new Error(`${operation.id} does not answer as its document says: ${error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ")}`);
    return answer;
  };
  Object.assign(operation, { handle: checked });
}
