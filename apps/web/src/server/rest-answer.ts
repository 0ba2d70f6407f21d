/** What the management API answers the person who is signed in, asked within this process while a page is made. */
import { webEnv } from "../env.ts";
import { dispatchRest, ORGANIZATION_HEADER } from "./rest/dispatch.ts";
import { services } from "./services.ts";

/** `path` below /api/v1. Throws where the answer is no success: the page asks again, and says why. */
export async function restAnswer(organization: string, path: `/${string}`): Promise<unknown> {
  const asked = new Request(new URL(`/api/v1${path}`, webEnv().PUBLIC_WEB_URL), { headers: { [ORGANIZATION_HEADER]: organization } });
  const answer = await dispatchRest(asked, path.slice(1).split("/"), services());
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}
