/** A decoded body: text leaves, nested objects; arrays arrive as objects with index keys and are turned back. */
export type FormValue = string | readonly FormValue[] | { readonly [key: string]: FormValue };
export type FormObject = { readonly [key: string]: FormValue };

interface Branch { [key: string]: string | Branch }

/** Parses `a[b][0]=c`, the form encoding of Stripe's v1 API. Bodies nest a few levels; deeper keys than this are refused with RangeError. */
const DEPTH_MAX = 10;

export function parseForm(text: string): FormObject {
  const root: Branch = Object.create(null) as Branch;
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.replaceAll("]", "").split("[");
    if (path.length > DEPTH_MAX) throw new RangeError("the body nests too deep");
    place(root, path, value);
  }
  return settle(root) as FormObject;
}

function place(root: Branch, path: readonly string[], value: string): void {
  let branch = root;
  path.forEach((part, index) => {
    const key = part === "" ? String(Object.keys(branch).length) : part;
    if (index === path.length - 1) { branch[key] = value; return; }
    const next = branch[key];
    branch = typeof next === "object" ? next : (branch[key] = Object.create(null) as Branch);
  });
}

function settle(value: string | Branch): FormValue {
  if (typeof value === "string") return value;
  const keys = Object.keys(value);
  if (keys.length > 0 && keys.every((key, index) => key === String(index))) return keys.map((key) => settle(value[key] ?? ""));
  return Object.fromEntries(keys.map((key) => [key, settle(value[key] ?? "")]));
}

export const textAt = (form: FormObject, key: string): string | undefined => (typeof form[key] === "string" ? form[key] : undefined);
export function objectAt(form: FormObject, key: string): FormObject {
  const value = form[key];
  return typeof value === "object" && !Array.isArray(value) ? (value as FormObject) : {};
}
export const listAt = (form: FormObject, key: string): readonly FormValue[] => (Array.isArray(form[key]) ? form[key] : []);
