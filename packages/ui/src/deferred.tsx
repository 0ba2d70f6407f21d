"use client";
import { Suspense, useState, type ReactNode } from "react";

/** Holds a part whose script comes when it is first wanted. It stays from then on: a dialog gives the focus back when it closes, not when it is taken away. */
export function Deferred({ wanted, children }: { wanted: boolean; children: ReactNode }) {
  const [seen, setSeen] = useState(wanted);
  if (wanted && !seen) setSeen(true);
  return seen || wanted ? <Suspense>{children}</Suspense> : null;
}
