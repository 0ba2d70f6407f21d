import { CircleAlert, CircleCheck, CircleSlash, CircleX, Shuffle } from "lucide-react";
import { shortUsd } from "./format.ts";

/** `usd` is exact decimal text of US dollars. */
export function Money({ usd, exact = false }: { usd: string; exact?: boolean }) {
  return <span className="num" title={`$${usd}`}>{exact ? `$${usd}` : shortUsd(usd)}</span>;
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]];

/** Relative in the text, absolute with its zone in the title. `at` is an ISO time; null reads "never". */
export function Ago({ at }: { at: string | null }) {
  if (!at) return <span className="muted">never</span>;
  const elapsed = Date.now() - Date.parse(at);
  const unit = UNITS.find(([, length]) => elapsed >= length);
  const text = unit ? new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" }).format(-Math.floor(elapsed / unit[1]), unit[0]) : "just now";
  return <time dateTime={at} title={new Date(at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "long" })} suppressHydrationWarning>{text}</time>;
}

/** Author muted, slug in the foreground. */
export function ModelName({ id }: { id: string }) {
  const at = id.indexOf("/");
  return <span className="model"><i>{id.slice(0, at + 1)}</i>{id.slice(at + 1)}</span>;
}

const STATUSES = {
  ok: { icon: CircleCheck, tone: "ok", label: "OK" },
  rescued: { icon: Shuffle, tone: "warn", label: "Rescued" },
  failed: { icon: CircleX, tone: "err", label: "Failed" },
  partial: { icon: CircleAlert, tone: "err", label: "Broken off" },
  cancelled: { icon: CircleSlash, tone: "muted", label: "Caller left" },
} as const;

/** Icon, text and colour: never colour alone. */
export function Status({ status, code }: { status: keyof typeof STATUSES; code?: number }) {
  const { icon: Icon, tone, label } = STATUSES[status];
  return <span className={`st ${tone}`}><Icon className="ic" aria-hidden />{code !== undefined && status === "failed" ? `${code} ${label}` : label}</span>;
}
