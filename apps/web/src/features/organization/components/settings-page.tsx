"use client";
import "./organization.css";
import { useId, useState, type FormEvent, useSyncExternalStore } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { Download } from "lucide-react";
import { Button, Card, ErrorCard, Field, Skeleton, useToasts } from "@trunkline/ui";
import type { Role } from "@trunkline/contracts";
import { RESPONSE_RETENTION_DAYS_MAX } from "../../../server/prompt-bounds.ts";
import type { OrganizationView } from "../../../server/views.ts";
import { useRole } from "../../shell/use-role.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { DeleteOrganization } from "./delete-organization.tsx";
import { ProjectLimits } from "./project-limits.tsx";
import { PromptStorage } from "./prompt-storage.tsx";

const NAME_LENGTH_MAX = 80;
/** Of the first card, about: nothing stands below it until it is there. */
const FORM_HEIGHT = 720;
const RPM_MAX = 1_000_000;
const textOf = (limit: number | null): string => (limit === null ? "" : String(limit));
const limitOf = (text: string): number | null => (text === "" ? null : Number(text));

/** Answers of the Responses API may be kept, where the organization wants it. */
const kept = (days: number): string => days === 0 ? "Prompts and answers are stored only where a project switches it on above."
  : `Calls of the Responses API are stored, prompt and answer, encrypted, for ${days} ${days === 1 ? "day" : "days"}; those of other calls only where a project switches it on above.`;

export function SettingsPage() {
  const trpc = useTRPC();
  const scope = useScope();
  const settings = useQuery(trpc.organization.settings.queryOptions(scope));
  const { role, may } = useRole();
  const manages = may("organization.manage");
  return (
    <div className="om narrow">
      <div className="head"><h1>Settings</h1></div>
      {role !== null && !manages ? <p className="says">You are {role} here. Settings are changed by an owner or admin.</p> : null}
      {settings.isError ? <ErrorCard message={`The settings could not be loaded. ${settings.error.message}`} onRetry={() => void settings.refetch()} /> : null}
      {settings.data && role !== null ? <Parts view={settings.data} role={role} manages={manages} /> : settings.isError ? null : <Skeleton height={FORM_HEIGHT} />}
    </div>
  );
}

function Parts({ view, role, manages }: { view: OrganizationView; role: Role; manages: boolean }) {
  const { organization } = useScope();
  return (
    <>
      <Card title="Organization"><div className="body"><OrganizationForm key={view.id} view={view} disabled={!manages} /></div></Card>
      <ProjectLimits manages={manages} />
      <PromptStorage manages={manages} />
      <Card title="Data">
        <div className="body stack">
          <p><b>{kept(view.responseRetentionDays)}</b> Kept of every request are its times, models, attempts, token counts, cost, and what you send as <code>user</code>, <code>session_id</code> and <code>metadata</code>.</p>
          <p className="muted">The export holds all of it as JSON lines: organization, projects, members, keys without their secrets, presets, budgets, audit log, every request, and the prompts that are stored.</p>
          {manages ? <p><a className="btn" href={`/api/organization-export?organization=${encodeURIComponent(organization)}`} download><Download className="ic s" aria-hidden />Export all data</a></p> : null}
        </div>
      </Card>
      {role === "owner" ? <DeleteOrganization slug={organization} /> : null}
    </>
  );
}

const NO_ZONES: readonly string[] = [];
let browserZones: readonly string[] | undefined;
const noChange = () => () => undefined;
const readZones = (): readonly string[] => (browserZones ??= Intl.supportedValuesOf("timeZone"));

/** The browser's own list, and what stands in it now. The server, which may know others, draws none of it. */
function useZonesWith(zone: string): readonly string[] {
  const zones = useSyncExternalStore(noChange, readZones, () => NO_ZONES);
  return [...new Set(["UTC", zone, ...zones])];
}

function OrganizationForm({ view, disabled }: { view: OrganizationView; disabled: boolean }) {
  const trpc = useTRPC();
  const scope = useScope();
  const router = useRouter();
  const toasts = useToasts();
  const queryClient = useQueryClient();
  const zoneId = useId();
  const zones = useZonesWith(view.timeZone);
  const [name, setName] = useState(view.name);
  const [slug, setSlug] = useState(view.slug);
  const [timeZone, setTimeZone] = useState(view.timeZone);
  const [rpm, setRpm] = useState(textOf(view.rpmLimit));
  const [tpm, setTpm] = useState(textOf(view.tpmLimit));
  const [concurrency, setConcurrency] = useState(textOf(view.concurrencyLimit));
  const [retention, setRetention] = useState(String(view.responseRetentionDays));
  const update = useMutation(trpc.organization.update.mutationOptions({
    onSuccess: async (saved) => {
      toasts.say("Saved.");
      if (saved.slug !== scope.organization) router.replace(`/${saved.slug}/${scope.project}/settings`);
      await queryClient.invalidateQueries();
    },
  }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    update.mutate({ ...scope, name: name.trim(), slug, timeZone, rpmLimit: limitOf(rpm), tpmLimit: limitOf(tpm), concurrencyLimit: limitOf(concurrency), responseRetentionDays: Number(retention) });
  };
  return (
    <form className="stack" onSubmit={submit}>
      <fieldset className="stack" disabled={disabled}>
        <legend className="sr">Organization</legend>
        <Field label="Name" required maxLength={NAME_LENGTH_MAX} value={name} onChange={(event) => setName(event.target.value)} />
        <Field label="Address" required pattern="[a-z0-9\-]+" title="Small letters, digits and -" maxLength={40} hint={`The first part of every page's address. Links to the old one stop working.`} value={slug} onChange={(event) => setSlug(event.target.value)} />
        <div className="control">
          <label htmlFor={zoneId}>Reporting time zone</label>
          <select id={zoneId} value={timeZone} onChange={(event) => setTimeZone(event.target.value)}>{zones.map((zone) => <option key={zone} value={zone}>{zone}</option>)}</select>
          <p className="meta">Days and months of every chart and sum are cut in it.</p>
        </div>
        <Field label="Requests per minute, all keys together (optional)" type="number" min={1} max={RPM_MAX} step={1} value={rpm} onChange={(event) => setRpm(event.target.value)} />
        <Field label="Tokens per minute (optional)" type="number" min={1} step={1} value={tpm} onChange={(event) => setTpm(event.target.value)} />
        <Field label="Calls at a time (optional)" type="number" min={1} step={1} value={concurrency} onChange={(event) => setConcurrency(event.target.value)} />
        <Field label="Keep answers of the Responses API (days)" required type="number" min={0} max={RESPONSE_RETENTION_DAYS_MAX} step={1} hint="0 keeps no prompt and no answer, and deletes what was kept. Above 0 both are stored encrypted for that time, so that previous_response_id works." value={retention} onChange={(event) => setRetention(event.target.value)} />
      </fieldset>
      {update.error ? <ErrorCard message={update.error.message} /> : null}
      {disabled ? null : <div className="row"><Button type="submit" variant="primary" disabled={update.isPending}>Save</Button></div>}
    </form>
  );
}
