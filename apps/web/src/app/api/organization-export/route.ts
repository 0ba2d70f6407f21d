import { roleMay } from "@trunkline/contracts";
import { NotFoundError } from "@trunkline/db/web";
import { exportLines } from "../../../server/organization-export.ts";
import { problem } from "../../../server/problem.ts";
import { services } from "../../../server/services.ts";
import { currentUser } from "../../../server/session.ts";

export const dynamic = "force-dynamic";

function streamOf(lines: AsyncGenerator<string, void>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull: async (controller) => {
      const next = await lines.next();
      if (next.done) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
    cancel: async () => void (await lines.return()),
  });
}

/** `?organization=<slug>`: the organization's data as a file, for who manages it. */
export async function GET(request: Request): Promise<Response> {
  const user = await currentUser();
  if (!user) return problem({ status: 401, title: "Sign in first" });
  const slug = new URL(request.url).searchParams.get("organization") ?? "";
  const { db } = services();
  try {
    const actor = await db.organizations.findActor(user.id, slug);
    if (!roleMay(actor.role, "organization.manage")) return problem({ status: 403, title: "Not allowed", detail: "Only an owner or admin exports the organization's data." });
    return new Response(streamOf(exportLines(db, actor)), { headers: { "content-type": "application/jsonl; charset=utf-8", "content-disposition": `attachment; filename="${slug}.jsonl"`, "cache-control": "no-store" } });
  } catch (error) {
    if (error instanceof NotFoundError) return problem({ status: 404, title: "Not found", detail: error.message });
    throw error;
  }
}
