import { refuseForeignOrigin } from "../../../server/origin.ts";
import { servePlayground } from "../../../server/playground.ts";

export const dynamic = "force-dynamic";

export async function POST(request: Request): Promise<Response> {
  return refuseForeignOrigin(request) ?? servePlayground(request);
}
