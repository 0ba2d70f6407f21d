import type { StripeObject } from "./state.ts";

const escape = (text: unknown): string => String(text ?? "").replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

function shell(title: string, main: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:4rem auto;padding:0 1rem;color:#1a1f36}button,a{font:inherit}button{width:100%;padding:.75rem;border:0;border-radius:6px;background:#4b45c6;color:#fff;cursor:pointer}a{color:#4b45c6}small{color:#4f566b}</style>
</head><body><main><small>Stripe stand-in: no money moves here</small><h1>${escape(title)}</h1>${main}</main></body></html>`;
}

export function checkoutPage(session: StripeObject): string {
  if (session["status"] !== "open") return shell("This session is complete", `<p><a href="${escape(session["success_url"])}">Return to the shop</a></p>`);
  const due = (Number(session["amount_total"]) / 100).toFixed(2);
  const cancel = session["cancel_url"] === null ? "" : `<p><a href="${escape(session["cancel_url"])}">Go back</a></p>`;
  return shell(session["mode"] === "subscription" ? "Subscribe" : "Pay", `<p>Due today: <strong>$${due}</strong></p><form method="post" action="/checkout/${escape(session.id)}/pay"><button type="submit">Pay</button></form>${cancel}`);
}

export function portalPage(session: StripeObject, subscriptions: readonly StripeObject[]): string {
  const rows = subscriptions.map((subscription) => `<li>${escape(subscription.id)}: ${escape(subscription["status"])}</li>`).join("");
  const back = session["return_url"] === null ? "" : `<p><a href="${escape(session["return_url"])}">Return</a></p>`;
  return shell("Billing", `<h2>Subscriptions</h2>${rows === "" ? "<p>None yet.</p>" : `<ul>${rows}</ul>`}${back}`);
}
