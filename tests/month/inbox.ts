// Where Stripe's stand-in delivers its webhooks. What the dashboard's endpoint does with one is done here with the same functions, but late, in a
// shuffled order, and some of it twice: every order has to come to the same books.
import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { loadEffect, verifyWebhook, type StripeClient } from "../../packages/billing/src/index.ts";
import type { WebDb } from "../../packages/db/src/web/index.ts";
import type { Chance } from "./chance.ts";

export const WEBHOOK_SECRET = `whsec_${"month".repeat(8)}`;
const HOUR_MS = 3_600_000;
/** Of the deliveries: put off by up to six hours, and made twice. */
const LATE_SHARE = 0.15;
const TWICE_SHARE = 0.25;

interface Delivery { readonly body: string; readonly dueAtMs: number }
export interface Inbox {
  readonly url: string;
  readonly applied: () => { readonly applied: number; readonly repeated: number };
  readonly isEmpty: () => boolean;
  /** Applies what is due; `all`: whatever was put off as well. */
  drain(nowMs: number, all?: boolean): Promise<void>;
  close(): Promise<void>;
}
export interface InboxPorts { readonly db: Pick<WebDb, "stripeEvents">; readonly chance: Chance; readonly clock: () => number; /** Known once the stand-in listens. */ readonly stripe: () => StripeClient }

export async function openInbox({ db, chance, clock, stripe }: InboxPorts): Promise<Inbox> {
  let waiting: Delivery[] = [];
  const counts = { applied: 0, repeated: 0 };
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      verifyWebhook({ rawBody: body, header: request.headers["stripe-signature"] as string, secrets: [WEBHOOK_SECRET], nowMs: clock() });
      waiting.push({ body, dueAtMs: clock() + (chance.happens(LATE_SHARE) ? chance.below(6) * HOUR_MS : 0) });
      if (chance.happens(TWICE_SHARE)) waiting.push({ body, dueAtMs: clock() + chance.below(6) * HOUR_MS });
      response.end("{}");
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  const apply = async (body: string, nowMs: number): Promise<void> => {
    // As Stripe does with a delivery that it makes again: signed anew, at its own time.
    const seconds = Math.floor(nowMs / 1000);
    const header = `t=${seconds},v1=${createHmac("sha256", WEBHOOK_SECRET).update(`${seconds}.${body}`).digest("hex")}`;
    const notice = verifyWebhook({ rawBody: body, header, secrets: [WEBHOOK_SECRET], nowMs });
    const { outcome } = await db.stripeEvents.apply({ id: notice.id, type: notice.type, effect: await loadEffect(stripe(), notice) });
    counts[outcome] += 1;
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    applied: () => ({ ...counts }),
    isEmpty: () => waiting.length === 0,
    async drain(nowMs, all = false) {
      const due = waiting.filter((delivery) => all || delivery.dueAtMs <= nowMs);
      waiting = waiting.filter((delivery) => !due.includes(delivery));
      for (const { body } of shuffled(due, chance)) {
        // Stripe away, or in a mood: the delivery fails and comes again.
        await apply(body, nowMs).catch(() => { waiting.push({ body, dueAtMs: nowMs + HOUR_MS }); });
      }
    },
    close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }),
  };
}

function shuffled<T>(items: readonly T[], chance: Chance): readonly T[] {
  const out = [...items];
  for (let at = out.length - 1; at > 0; at--) {
    const other = chance.below(at + 1);
    [out[at], out[other]] = [out[other] as T, out[at] as T];
  }
  return out;
}
