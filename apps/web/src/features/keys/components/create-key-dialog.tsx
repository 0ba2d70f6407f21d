"use client";
import { useState, type FormEvent } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Dialog, ErrorCard, Field, TokenField } from "@trunkline/ui";
import type { KeyView } from "../../../server/views.ts";
import { useModelNames } from "../../shell/use-model-names.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { CreatedKey } from "./created-key.tsx";

type Kind = KeyView["kind"];
type Period = NonNullable<KeyView["budget"]>["period"];
const KINDS: readonly { value: Kind; label: string; note: string }[] = [
  { value: "live", label: "Live", note: "For production. Its calls are booked as live." },
  { value: "test", label: "Test", note: "For trying out: the simulator answers, and nothing is billed." },
  { value: "mgmt", label: "Management", note: "For the management API. It cannot call a model." },
];
const PERIODS: readonly { value: Period; label: string }[] = [{ value: "daily", label: "A day" }, { value: "weekly", label: "A week" }, { value: "monthly", label: "A month" }, { value: "total", label: "In total" }];
const NAME_LENGTH_MAX = 80;
const RPM_MAX = 1_000_000;
const CENT = 0.01;
const DAY_MS = 86_400_000;
/** Days, as text of the choice. */
const LIFETIMES = [{ value: "", label: "Never" }, { value: "7", label: "In 7 days" }, { value: "30", label: "In 30 days" }, { value: "90", label: "In 90 days" }, { value: "365", label: "In a year" }] as const;
const limitOf = (text: string): number | null => (text === "" ? null : Number(text));

/** Asks for a key, then shows it: the only time that anybody sees it whole. */
export function CreateKeyDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const create = useMutation(trpc.keys.create.mutationOptions({ onSuccess: () => queryClient.invalidateQueries(trpc.keys.list.queryFilter()) }));
  const close = (): void => {
    onClose();
    create.reset();
  };
  return (
    <Dialog title="Create key" open={open} onClose={close}>
      {create.data ? <CreatedKey name={create.data.key.name} secret={create.data.secret} onDone={close} /> : <KeyForm pending={create.isPending} error={create.error?.message ?? null} onSubmit={create.mutate} />}
    </Dialog>
  );
}

interface NewKey { organization: string; project: string; name: string; kind: Kind; ownerId?: null; rpmLimit: number | null; tpmLimit: number | null; concurrencyLimit: number | null; browserOrigins: string[]; allowedModels: string[]; expiresAt: string | null; budget: { period: Period; limitUsd: string } | null }

function KeyForm({ pending, error, onSubmit }: { pending: boolean; error: string | null; onSubmit: (input: NewKey) => void }) {
  const scope = useScope();
  const [name, setName] = useState("");
  const [kind, setKind] = useState<Kind>("live");
  const [rpm, setRpm] = useState("");
  const [tpm, setTpm] = useState("");
  const [concurrency, setConcurrency] = useState("");
  const [origins, setOrigins] = useState("");
  const [models, setModels] = useState<string[]>([]);
  const { names, wake } = useModelNames();
  const [limitUsd, setLimitUsd] = useState("");
  const [period, setPeriod] = useState<Period>("monthly");
  const [days, setDays] = useState("");
  const [isService, setIsService] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit({ ...scope, name: name.trim(), kind, ...(isService ? { ownerId: null } : {}), rpmLimit: limitOf(rpm), tpmLimit: limitOf(tpm), concurrencyLimit: limitOf(concurrency), browserOrigins: kind === "mgmt" ? [] : origins.split(/[\s,]+/).filter((one) => one !== ""), allowedModels: kind === "mgmt" ? [] : models, expiresAt: days === "" ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString(), budget: limitUsd === "" ? null : { period, limitUsd } });
  };
  return (
    <form onSubmit={submit} style={{ display: "contents" }}>
      <Field label="Name" required maxLength={NAME_LENGTH_MAX} autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
      <fieldset className="control">
        <legend>Kind</legend>
        <div className="choices">{KINDS.map((one) => <label key={one.value}><input type="radio" name="kind" value={one.value} checked={kind === one.value} onChange={() => setKind(one.value)} />{one.label}</label>)}</div>
        <p className="meta">{KINDS.find((one) => one.value === kind)?.note}</p>
      </fieldset>
      <fieldset className="control">
        <legend>Owner</legend>
        <div className="choices"><label><input type="radio" name="owner" checked={!isService} onChange={() => setIsService(false)} />You</label><label><input type="radio" name="owner" checked={isService} onChange={() => setIsService(true)} />Nobody: a service key</label></div>
        <p className="meta">{isService ? "For a program of the team. It stays when people leave." : "It ends when you leave the organization."}</p>
      </fieldset>
      <div className="pair">
        <Field label="Requests per minute (optional)" type="number" min={1} max={RPM_MAX} step={1} value={rpm} onChange={(event) => setRpm(event.target.value)} />
        <div className="control">
          <label htmlFor="key-lifetime">Stops working</label>
          <select id="key-lifetime" value={days} onChange={(event) => setDays(event.target.value)}>{LIFETIMES.map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}</select>
        </div>
      </div>
      <div className="pair">
        <Field label="Tokens per minute (optional)" type="number" min={1} step={1} value={tpm} onChange={(event) => setTpm(event.target.value)} />
        <Field label="Calls at a time (optional)" type="number" min={1} step={1} value={concurrency} onChange={(event) => setConcurrency(event.target.value)} />
      </div>
      <div className="pair">
        <Field label="Budget in USD (optional)" type="number" min={CENT} step={CENT} value={limitUsd} onChange={(event) => setLimitUsd(event.target.value)} />
        <div className="control">
          <label htmlFor="key-budget-period">Budget period</label>
          <select id="key-budget-period" value={period} disabled={limitUsd === ""} onChange={(event) => setPeriod(event.target.value as Period)}>{PERIODS.map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}</select>
        </div>
      </div>
      {kind === "mgmt" ? null : <TokenField label="Models it may use (optional)" value={models} options={names} placeholder="Every model" hint="author/model, or author/* for all of an author." onChange={setModels} onFocus={wake} />}
      {kind === "mgmt" ? null : (
        <Field
          label="Web pages that may use it (optional)" placeholder="https://app.example.com" autoComplete="off" value={origins} onChange={(event) => setOrigins(event.target.value)}
          hint="Origins parted by commas; * for any page. Whoever opens such a page can read the key: give it a budget. Leave this empty for a server’s key."
        />
      )}
      {error ? <ErrorCard message={error} /> : null}
      <div className="row" style={{ justifyContent: "flex-end" }}><Button type="submit" variant="primary" disabled={pending}>Create key</Button></div>
    </form>
  );
}
