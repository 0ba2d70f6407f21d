"use client";
import { BellPlus, Link2, Play } from "lucide-react";
import Link from "next/link";
import { Button, useToasts } from "@trunkline/ui";
import { useBook, useProjectPath } from "../../shell/use-scope.ts";

interface Props { readonly id: string; readonly model: string; readonly mayReplay: boolean }

/** What can be done with a request: ask it again beside other models, hand its address on, be told of the next one like it. */
export function RequestActions({ id, model, mayReplay }: Props) {
  const at = useProjectPath();
  const { mode } = useBook();
  const toasts = useToasts();
  const share = async (): Promise<void> => {
    await navigator.clipboard.writeText(`${window.location.origin}${at(`/logs/${id}`)}`);
    toasts.say("The address of this request is copied. It opens for members of the organization.");
  };
  return (
    <div className="dacts">
      {mayReplay ? <Link className="btn sm" href={`${at("/playground")}?${new URLSearchParams({ mode, models: model, from: id }).toString()}`}><Play className="ic s" aria-hidden />Replay</Link> : null}
      <Button size="sm" onClick={() => void share()}><Link2 className="ic s" aria-hidden />Copy link</Button>
      <Link className="btn sm" href={`${at("/alerts")}?create=1`}><BellPlus className="ic s" aria-hidden />Create alert</Link>
    </div>
  );
}
