import { page, seconds } from "./call.ts";
import type { Call, Route } from "./call.ts";
import { objectAt, textAt } from "./form.ts";
import { all, find, invalid, nextId, store } from "./state.ts";
import type { StripeObject } from "./state.ts";

function create(call: Call): StripeObject {
  const customer = store(call.state, {
    id: nextId(call.state, "cus"), object: "customer", created: seconds(call.nowMs), livemode: false, currency: null, delinquent: false, balance: 0,
    name: textAt(call.body, "name") ?? null, email: textAt(call.body, "email") ?? null, metadata: objectAt(call.body, "metadata"),
  });
  call.emit("customer.created", customer);
  return customer;
}

function update(call: Call, [id = ""]: readonly string[]): StripeObject {
  const customer = find(call.state, id, "customer");
  for (const field of ["name", "email"]) if (textAt(call.body, field) !== undefined) customer[field] = textAt(call.body, field);
  customer["metadata"] = { ...(customer["metadata"] as object), ...objectAt(call.body, "metadata") };
  call.emit("customer.updated", customer);
  return customer;
}

function addBalance(call: Call, [id = ""]: readonly string[]): StripeObject {
  const customer = find(call.state, id, "customer");
  const amount = Number(textAt(call.body, "amount"));
  if (!Number.isInteger(amount) || amount === 0) throw invalid("Invalid integer: amount.", { param: "amount" });
  customer["balance"] = Number(customer["balance"] ?? 0) + amount;
  return store(call.state, { id: nextId(call.state, "cbtxn"), object: "customer_balance_transaction", created: seconds(call.nowMs), livemode: false, customer: id, amount, currency: textAt(call.body, "currency") ?? "usd", description: textAt(call.body, "description") ?? null, ending_balance: customer["balance"], type: "adjustment", metadata: objectAt(call.body, "metadata") });
}

export const customerRoutes: readonly Route[] = [
  { method: "POST", path: "/v1/customers", run: create },
  { method: "GET", path: "/v1/customers", run: (call) => {
    const email = textAt(call.query, "email");
    return page(call, "/v1/customers", all(call.state, "customer").filter((customer) => email === undefined || customer["email"] === email).reverse());
  } },
  { method: "GET", path: "/v1/customers/:id", run: (call, [id = ""]) => find(call.state, id, "customer") },
  { method: "POST", path: "/v1/customers/:id", run: update },
  { method: "POST", path: "/v1/customers/:id/balance_transactions", run: addBalance },
  { method: "GET", path: "/v1/customers/:id/balance_transactions", run: (call, [id = ""]) => page(call, `/v1/customers/${id}/balance_transactions`, all(call.state, "customer_balance_transaction").filter((one) => one["customer"] === id).reverse()) },
];
