"use client";
import "./presets.css";
import Link from "next/link";
import { lazy, Suspense } from "react";
import { useParams } from "next/navigation";
import { useQuery } from "@tanstack/react-query";
import { EmptyState, ErrorCard, Skeleton } from "@trunkline/ui";
import { useProjectPath, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

const VersionDetail = lazy(async () => ({ default: (await import("./version-detail.tsx")).VersionDetail }));

/** One version as it was published, under an address of its own. */
export function VersionPage() {
  const { slug, n } = useParams<{ slug: string; n: string }>();
  const trpc = useTRPC();
  const at = useProjectPath();
  const preset = useQuery(trpc.presets.get.queryOptions({ ...useScope(), slug }));
  const version = preset.data?.versions.find((one) => String(one.version) === n);
  const loading = <><Head slug={slug} n={n} /><div className="grid" aria-busy="true"><Skeleton height={360} /><Skeleton height={240} /></div></>;
  if (preset.data && version) return <Suspense fallback={loading}><VersionDetail preset={preset.data} version={version} /></Suspense>;
  if (preset.isPending) return loading;
  if (preset.isError) return <><Head slug={slug} n={n} /><ErrorCard message={`This preset could not be loaded. ${preset.error.message}`} onRetry={() => void preset.refetch()} /></>;
  return <><Head slug={slug} n={n} /><section className="card" aria-label="Version"><EmptyState text={`${slug} has no version ${n}.`} action={<Link className="btn" href={at(`/presets/${slug}`)}>Its versions</Link>} /></section></>;
}

const Head = ({ slug, n }: { slug: string; n: string }) => <div className="head"><h1><code>{slug}</code> v{n}</h1></div>;
