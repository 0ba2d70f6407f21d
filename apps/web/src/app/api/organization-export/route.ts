import { roleMay } from "@trunkline/contracts";
import { NotFoundError } from "@trunkline/db/web";
import { exportLines } from "../../../server/organization-export.ts";
import { problem } from "../../../server/problem.ts";
import { services } from "../../../server/services.ts";
import { currentUser } from "../../../server/session.ts";
import { streamedText } from "../../../server/streamed-text.ts";

export const dynamic = "force-dynamic";

/** `?organization=<slug>`: the organization's data as a file, for who manages it. */
export async function GET(request: Request): Promise<Response> {
  const user = await currentUser();
  if (!user) return problem({ status: 401, title: "Sign in first" });
  const slug = new URL(request.url).searchParams.get("organization") ?? "";
  const { db } = services();
  try {
    const actor = await db.organizations.findActor(user.id, slug);
    if (!roleMay(actor.role, "organization.manage")) return problem({ status: 403, title: "Not allowed", detail: "Only an owner or admin exports the organization's data." });
    return new Response(streamedText(exportLines(db, actor)), { headers: { "content-type": "application/jsonl; charset=utf-8", "content-disposition": `attachment; filename="${slug}.jsonl"`, "cache-control": "no-store" } });
  } catch (error) {
    if (error instanceof NotFoundError) return problem({ status: 404, title: "Not found", detail: error.message });
    throw error;
  }
}
