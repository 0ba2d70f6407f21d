/** Everything that is stored of an organization, as JSON lines: one object a line, its kind in `type`. No secret is among it, for none is stored. */
import type { Actor, WebDb } from "@trunkline/db/web";
import { openPrompt } from "./request-prompt.ts";

const AUDIT_PAGE = 500;
const REQUESTS_PAGE = 200;
const END_USERS_PAGE = 1_000;

async function* audit(db: WebDb, actor: Actor): AsyncGenerator<object, void> {
  for (let before: bigint | undefined; ;) {
    const rows = await db.audit.list(actor, { before, limit: AUDIT_PAGE });
    yield* rows.map((row) => ({ type: "audit", ...row }));
    before = rows.at(-1)?.id;
    if (rows.length < AUDIT_PAGE) return;
  }
}

async function* requests(db: WebDb, actor: Actor): AsyncGenerator<object, void> {
  for (const mode of ["live", "test"] as const) {
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await db.requests.list(actor, { mode, cursor, limit: REQUESTS_PAGE });
      yield* page.rows.map((row) => ({ type: "request", ...row }));
      cursor = page.nextCursor;
    }
  }
}

/** Opened where this installation can; what it cannot open is named, not left out. */
async function* prompts(db: WebDb, actor: Actor): AsyncGenerator<object, void> {
  for (let after = ""; ;) {
    const rows = await db.storedPrompts.list(actor, { after, limit: REQUESTS_PAGE });
    yield* rows.map(({ requestId, sealed, createdAt }) => ({ type: "prompt", requestId, createdAt, content: sealed === null ? null : openPrompt(actor.organizationId, requestId, sealed) }));
    after = rows.at(-1)?.requestId ?? "";
    if (rows.length < REQUESTS_PAGE) return;
  }
}

async function* endUserPlans(db: WebDb, actor: Actor): AsyncGenerator<object, void> {
  for (let after: string | undefined; ;) {
    const rows = await db.endUserPlans.list(actor, { after, limit: END_USERS_PAGE });
    yield* rows.map((row) => ({ type: "end_user_plan", ...row }));
    after = rows.at(-1)?.endUser;
    if (rows.length < END_USERS_PAGE) return;
  }
}

async function* records(db: WebDb, actor: Actor): AsyncGenerator<object, void> {
  yield { type: "organization", ...(await db.organizations.find(actor)) };
  for (const row of await db.organizations.listProjects(actor)) yield { type: "project", ...row };
  for (const row of await db.members.list(actor)) yield { type: "member", ...row };
  for (const row of await db.keys.list(actor)) yield { type: "key", ...row };
  for (const row of await db.credentials.list(actor)) yield { type: "provider_key", ...row };
  for (const row of await db.alerts.list(actor)) yield { type: "alert", ...row };
  for (const row of await db.presets.list(actor)) yield { type: "preset", ...row };
  for (const row of await db.budgets.list(actor)) yield { type: "budget", ...row };
  yield* endUserPlans(db, actor);
  yield* audit(db, actor);
  yield* requests(db, actor);
  yield* prompts(db, actor);
}

/** Read as it is sent: its size never stands in memory. */
export async function* exportLines(db: WebDb, actor: Actor): AsyncGenerator<string, void> {
  for await (const record of records(db, actor)) yield `${JSON.stringify(record, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value))}\n`;
}
