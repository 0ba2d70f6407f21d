import { page, seconds } from "./call.ts";
import type { Call, Route } from "./call.ts";
import { listAt, objectAt, textAt } from "./form.ts";
import type { FormObject } from "./form.ts";
import { all, find, invalid, nextId, store } from "./state.ts";
import type { StripeObject } from "./state.ts";

function createProduct(call: Call, form: FormObject): StripeObject {
  const name = textAt(form, "name");
  if (name === undefined) throw invalid("Missing required param: name.", { param: "name", code: "parameter_missing" });
  return store(call.state, { id: nextId(call.state, "prod"), object: "product", name, active: true, created: seconds(call.nowMs), livemode: false, metadata: objectAt(form, "metadata") });
}

function createPrice(call: Call): StripeObject {
  const { body, state } = call;
  const recurring = objectAt(body, "recurring");
  const meter = textAt(recurring, "meter");
  if (meter !== undefined) find(state, meter, "billing.meter");
  const metered = textAt(recurring, "usage_type") === "metered";
  if (metered && meter === undefined) throw invalid("Metered prices must be backed by a meter.", { param: "recurring[meter]" });
  const product = textAt(body, "product") ?? createProduct(call, objectAt(body, "product_data")).id;
  find(state, product, "product");
  const decimal = textAt(body, "unit_amount_decimal");
  const amount = textAt(body, "unit_amount") ?? decimal;
  if (amount === undefined || !/^\d+(\.\d{1,12})?$/.test(amount)) throw invalid("A price needs unit_amount or unit_amount_decimal.", { param: "unit_amount" });
  return store(state, {
    id: nextId(state, "price"), object: "price", active: true, created: seconds(call.nowMs), livemode: false, currency: textAt(body, "currency") ?? "usd", product,
    billing_scheme: textAt(body, "billing_scheme") ?? "per_unit", lookup_key: textAt(body, "lookup_key") ?? null, metadata: objectAt(body, "metadata"),
    unit_amount: Number.isInteger(Number(amount)) ? Number(amount) : null, unit_amount_decimal: amount, type: Object.keys(recurring).length > 0 ? "recurring" : "one_time",
    recurring: Object.keys(recurring).length > 0 ? { interval: textAt(recurring, "interval") ?? "month", interval_count: 1, usage_type: metered ? "metered" : "licensed", meter: meter ?? null } : null,
  });
}

function listPrices(call: Call): unknown {
  const keys = listAt(call.query, "lookup_keys");
  const product = textAt(call.query, "product");
  const found = all(call.state, "price").filter((price) => (keys.length === 0 || keys.includes(price["lookup_key"] as string)) && (product === undefined || price["product"] === product));
  return page(call, "/v1/prices", found.reverse());
}

export const priceRoutes: readonly Route[] = [
  { method: "POST", path: "/v1/products", run: (call) => createProduct(call, call.body) },
  { method: "GET", path: "/v1/products", run: (call) => page(call, "/v1/products", all(call.state, "product").reverse()) },
  { method: "GET", path: "/v1/products/:id", run: (call, [id = ""]) => find(call.state, id, "product") },
  { method: "POST", path: "/v1/prices", run: createPrice },
  { method: "GET", path: "/v1/prices", run: listPrices },
  { method: "GET", path: "/v1/prices/:id", run: (call, [id = ""]) => find(call.state, id, "price") },
];
