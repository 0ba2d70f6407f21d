"use client";
import { useState, useSyncExternalStore, type FormEvent } from "react";
import { Button, ErrorCard, Field } from "@trunkline/ui";
import type { Refusal } from "./post-account.ts";

export interface AccountField { readonly name: string; readonly label: string; readonly type: "email" | "password" | "text"; readonly autoComplete: string; readonly hint?: string }

interface Props {
  readonly fields: readonly AccountField[];
  readonly submitLabel: string;
  /** Gives null when done; the form then stays busy, because the page is being left. */
  readonly onSubmit: (values: Record<string, string>) => Promise<Refusal | null>;
}

const noChange = () => () => undefined;
/** False on the server and until the page listens: a form sent earlier would bypass the script. */
export const useHydrated = (): boolean => useSyncExternalStore(noChange, () => true, () => false);

export function AccountForm({ fields, submitLabel, onSubmit }: Props) {
  const hydrated = useHydrated();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    setBusy(true);
    const refused = await onSubmit(Object.fromEntries(fields.map(({ name }) => [name, String(data.get(name) ?? "")])));
    setRefusal(refused);
    if (refused) setBusy(false);
  };
  const named = fields.some(({ name }) => name === refusal?.field);
  return (
    <form method="post" noValidate onSubmit={(event) => void submit(event)}>
      {refusal && !named ? <ErrorCard message={refusal.message} /> : null}
      {fields.map((field) => <Field key={field.name} {...field} required error={refusal?.field === field.name ? refusal.message : undefined} />)}
      <Button type="submit" variant="primary" size="lg" disabled={!hydrated || busy} aria-busy={busy}>{submitLabel}</Button>
    </form>
  );
}
