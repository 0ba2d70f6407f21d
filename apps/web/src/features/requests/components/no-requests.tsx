"use client";
import Link from "next/link";
import { Button, EmptyState } from "@trunkline/ui";
import type { BookMode } from "../../../server/views.ts";
import { useProjectPath } from "../../shell/use-scope.ts";

/** In the table's place, where a filter or the book holds nothing. */
export function NoRequests({ mode, filtered, onClear }: { mode: BookMode; filtered: boolean; onClear: () => void }) {
  const at = useProjectPath();
  return filtered
    ? <EmptyState text={`No request in the ${mode} book matches this filter.`} action={<Button onClick={onClear}>Clear the filter</Button>} />
    : <EmptyState text={`The ${mode} book holds no request yet. Each one appears here the moment it is stored.`} action={<Link className="btn primary" href={at("/onboarding")}>Make the first call</Link>} snippet='curl $TRUNKLINE_URL/v1/chat/completions -H "authorization: Bearer $TRUNKLINE_API_KEY" -d &apos;{"model":"auto","messages":[{"role":"user","content":"Hello"}]}&apos;' />;
}
