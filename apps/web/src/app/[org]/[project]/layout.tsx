import { Suspense, type ReactNode } from "react";
import { redirect } from "next/navigation";
import { Shell } from "../../../features/shell/components/shell.tsx";
import { currentUser } from "../../../server/session.ts";

export default async function ProjectLayout({ children }: { children: ReactNode }) {
  if (!(await currentUser())) redirect("/sign-in");
  return <Suspense><Shell>{children}</Shell></Suspense>;
}
