import { ForbiddenError, NotFoundError } from "@trunkline/db/web";
import { z } from "zod";
import { problem } from "../../../server/problem.ts";
import { EXPORT_ROWS_MAX, exportName, exportRequests } from "../../../server/request-export.ts";
import { services } from "../../../server/services.ts";
import { currentUser } from "../../../server/session.ts";
import { streamedText } from "../../../server/streamed-text.ts";

export const dynamic = "force-dynamic";

const TEXT_MAX = 200;
const text = z.string().max(TEXT_MAX).optional();
const asked = z.object({ organization: z.string().max(TEXT_MAX), project: z.string().max(TEXT_MAX), mode: z.enum(["live", "test"]), format: z.enum(["csv", "json"]), status: text, model: text, provider: text, keyId: text, search: text });
const TYPES = { csv: "text/csv; charset=utf-8", json: "application/json" } as const;

/** The log as the page shows it under the same filter, for who may see the page. */
export async function GET(request: Request): Promise<Response> {
  const user = await currentUser();
  if (!user) return problem({ status: 401, title: "Sign in first" });
  const query = asked.safeParse(Object.fromEntries(new URL(request.url).searchParams));
  if (!query.success) return problem({ status: 400, title: "Wrong parameters", errors: query.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message })) });
  const { organization, project: slug, format, mode, status, model, provider, keyId, search } = query.data;
  const { db } = services();
  try {
    const actor = await db.organizations.findActor(user.id, organization);
    const project = await db.organizations.findProject(actor, slug);
    const filter = { projectId: project.id, mode, status, model, provider, apiKeyId: keyId, search };
    const name = exportName(slug, format, await db.requests.countUpTo(actor, filter, EXPORT_ROWS_MAX + 1));
    return new Response(streamedText(exportRequests(db, { actor, filter, format })), { headers: { "content-type": TYPES[format], "content-disposition": `attachment; filename="${name}"`, "cache-control": "no-store" } });
  } catch (error) {
    if (error instanceof NotFoundError) return problem({ status: 404, title: "Not found", detail: error.message });
    if (error instanceof ForbiddenError) return problem({ status: 403, title: "Not allowed", detail: error.message });
    throw error;
  }
}
