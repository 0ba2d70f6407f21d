import { services } from "../../server/services.ts";
import { problem } from "../../server/problem.ts";

export const dynamic = "force-dynamic";

/** 200 only when the database answers. */
export async function GET(): Promise<Response> {
  try {
    await services().db.ping();
    return Response.json({ status: "ok" });
  } catch {
    return problem({ status: 503, title: "Database unavailable", detail: "PostgreSQL does not answer. Check DATABASE_URL and the server.", headers: { "retry-after": "5" } });
  }
}
