"use client";
import "./presets.css";
import { lazy, Suspense, useEffect } from "react";
import { useParams } from "next/navigation";
import { useQuery } from "@tanstack/react-query";
import { ErrorCard, Skeleton } from "@trunkline/ui";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

const loadEditor = async () => ({ default: (await import("./preset-editor.tsx")).PresetEditor });
const PresetEditor = lazy(loadEditor);

/** One preset. The editor and its schemas come beside the preset, after the page. */
export function PresetPage() {
  const trpc = useTRPC();
  const scope = useScope();
  const { slug } = useParams<{ slug: string }>();
  const preset = useQuery(trpc.presets.get.queryOptions({ ...scope, slug }));
  const stored = preset.data?.draft ?? preset.data?.published?.document;
  useEffect(() => void loadEditor(), []);
  if (preset.data && stored) return <Suspense fallback={<Loading slug={slug} />}><PresetEditor key={slug} preset={preset.data} stored={stored} /></Suspense>;
  if (preset.isPending) return <Loading slug={slug} />;
  return <><Head slug={slug} /><ErrorCard message={`This preset could not be loaded. ${preset.error?.message ?? "It holds no document."}`} onRetry={() => void preset.refetch()} /></>;
}

const Head = ({ slug }: { slug: string }) => <div className="head"><h1><code>{slug}</code></h1></div>;
const Loading = ({ slug }: { slug: string }) => <><Head slug={slug} /><div className="cols" aria-busy="true"><Skeleton height={360} /><Skeleton height={360} /><Skeleton height={200} /></div></>;
