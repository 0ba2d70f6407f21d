import { page, seconds } from "./call.ts";
import type { Call, Route } from "./call.ts";
import { objectAt, textAt } from "./form.ts";
import { all, find, nextId, store } from "./state.ts";
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

export const customerRoutes: readonly Route[] = [
  { method: "POST", path: "/v1/customers", run: create },
  { method: "GET", path: "/v1/customers", run: (call) => {
    const email = textAt(call.query, "email");
    return page(call, "/v1/customers", all(call.state, "customer").filter((customer) => email === undefined || customer["email"] === email).reverse());
  } },
  { method: "GET", path: "/v1/customers/:id", run: (call, [id = ""]) => find(call.state, id, "customer") },
  { method: "POST", path: "/v1/customers/:id", run: update },
];
