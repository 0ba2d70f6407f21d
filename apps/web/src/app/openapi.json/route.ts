import { webEnv } from "../../env.ts";
import { openApiDocument } from "../../server/rest/openapi.ts";

export const dynamic = "force-dynamic";

export function GET(): Response {
  return Response.json(openApiDocument(webEnv().PUBLIC_WEB_URL));
}
