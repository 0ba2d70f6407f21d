"use client";
import { useId, useState, type FormEvent } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { Button, CopyButton, Dialog, ErrorCard, Field } from "@trunkline/ui";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { KINDS, kindLabel, type AlertKind } from "./alert-words.ts";

const NAME_LENGTH_MAX = 80;
const MINUTES_MAX = 1_440;

/** Asks for a rule; where it has a webhook, shows its secret: the only time that anybody sees it. */
export function CreateAlertDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const create = useMutation(trpc.alerts.create.mutationOptions({
    onSuccess: async ({ webhookSecret }) => {
      await queryClient.invalidateQueries(trpc.alerts.list.queryFilter());
      if (webhookSecret === null) close();
    },
  }));
  const close = (): void => {
    onClose();
    create.reset();
  };
  return (
    <Dialog title="Create alert" open={open} onClose={close}>
      {create.data?.webhookSecret ? <WebhookSecret secret={create.data.webhookSecret} onDone={close} /> : <AlertForm pending={create.isPending} error={create.error?.message ?? null} onSubmit={create.mutate} />}
    </Dialog>
  );
}

interface NewAlert { organization: string; project: string; alert: { name: string; kind: AlertKind; settings: { percents?: number[]; percent?: number; minutes?: number; factor?: number; milliseconds?: number; balanceUsdMin?: string }; emails: string[]; webhookUrl: string | null } }

const numbersOf = (text: string): number[] => text.split(/[\s,;]+/).map(Number).filter((value) => Number.isFinite(value) && value > 0);
const isRate = (kind: AlertKind): boolean => kind === "error_rate" || kind === "provider_down";

function AlertForm({ pending, error, onSubmit }: { pending: boolean; error: string | null; onSubmit: (input: NewAlert) => void }) {
  const scope = useScope();
  const id = useId();
  const [kind, setKind] = useState<AlertKind>("budget");
  const [name, setName] = useState("");
  const [percents, setPercents] = useState("50, 80, 100");
  const [percent, setPercent] = useState("20");
  const [minutes, setMinutes] = useState("10");
  const [factor, setFactor] = useState("3");
  const [seconds, setSeconds] = useState("5");
  const [balance, setBalance] = useState("10.00");
  const [emails, setEmails] = useState("");
  const [webhookUrl, setWebhookUrl] = useState("");
  const rate = () => ({ percent: Number(percent), minutes: Number(minutes) });
  const settingsOf: Partial<Record<AlertKind, () => NewAlert["alert"]["settings"]>> = {
    budget: () => ({ percents: numbersOf(percents) }), error_rate: rate, provider_down: rate, spend_anomaly: () => ({ factor: Number(factor) }),
    latency: () => ({ milliseconds: Math.round(Number(seconds) * 1_000), minutes: Number(minutes) }), low_balance: () => ({ balanceUsdMin: Number(balance).toFixed(2) }),
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const settings = settingsOf[kind]?.() ?? {};
    onSubmit({ ...scope, alert: { name: name.trim() || kindLabel(kind), kind, settings, emails: emails.split(/[\s,;]+/).filter(Boolean), webhookUrl: webhookUrl.trim() || null } });
  };
  return (
    <form onSubmit={submit} style={{ display: "contents" }}>
      <div className="control">
        <label htmlFor={id}>Watches</label>
        <select id={id} aria-describedby={`${id}-note`} value={kind} onChange={(event) => setKind(event.target.value as AlertKind)}>{KINDS.map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}</select>
        <p id={`${id}-note`} className="meta">{KINDS.find((one) => one.value === kind)?.note}</p>
      </div>
      <Field label="Name" maxLength={NAME_LENGTH_MAX} autoComplete="off" placeholder={kindLabel(kind)} value={name} onChange={(event) => setName(event.target.value)} />
      {kind === "budget" ? <Field label="Per cent of a budget" required pattern="[0-9 ,;]+" value={percents} onChange={(event) => setPercents(event.target.value)} hint="Every budget of the organization is watched, soft ones too." /> : null}
      {isRate(kind) ? <div className="al-pair"><Field label="Failed, in per cent" required type="number" min={1} max={100} value={percent} onChange={(event) => setPercent(event.target.value)} /><Field label="Within minutes" required type="number" min={1} max={MINUTES_MAX} value={minutes} onChange={(event) => setMinutes(event.target.value)} /></div> : null}
      {kind === "spend_anomaly" ? <Field label="Times the usual hour" required type="number" min={1.1} step={0.1} value={factor} onChange={(event) => setFactor(event.target.value)} /> : null}
      {kind === "latency" ? <div className="al-pair"><Field label="First token, in seconds" required type="number" min={0.1} max={600} step={0.1} value={seconds} onChange={(event) => setSeconds(event.target.value)} /><Field label="Within minutes" required type="number" min={1} max={MINUTES_MAX} value={minutes} onChange={(event) => setMinutes(event.target.value)} /></div> : null}
      {kind === "low_balance" ? <Field label="Credit in USD" required type="number" min={0.01} step={0.01} value={balance} onChange={(event) => setBalance(event.target.value)} /> : null}
      <Field label="E-mail addresses" autoComplete="off" placeholder="ops@example.com, finance@example.com" value={emails} onChange={(event) => setEmails(event.target.value)} />
      <Field label="Webhook" type="url" autoComplete="off" placeholder="https://" value={webhookUrl} onChange={(event) => setWebhookUrl(event.target.value)} hint="Signed by the Standard Webhooks specification; Slack and Discord (…/slack) get a message in their own form. Either an address or a webhook is needed." />
      {error ? <ErrorCard message={error} /> : null}
      <div className="row" style={{ justifyContent: "flex-end" }}><Button type="submit" variant="primary" disabled={pending || (emails.trim() === "" && webhookUrl.trim() === "")}>Create alert</Button></div>
    </form>
  );
}

function WebhookSecret({ secret, onDone }: { secret: string; onDone: () => void }) {
  return (
    <>
      <div className="control">
        <p style={{ fontWeight: 500 }}>Secret of the webhook</p>
        <div className="al-secret"><code>{secret}</code><CopyButton text={secret} label="Copy" /></div>
      </div>
      <p className="row" style={{ gap: 8, fontSize: 13, color: "var(--warning)" }}><TriangleAlert className="ic" aria-hidden />This is the only time you see it. Your receiver checks each call&apos;s signature with it.</p>
      <div className="row" style={{ justifyContent: "flex-end" }}><Button variant="primary" onClick={onDone}>Done</Button></div>
    </>
  );
}
