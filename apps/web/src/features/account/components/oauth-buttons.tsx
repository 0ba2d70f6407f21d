"use client";
import { useRef, useState } from "react";
import { Button, ErrorCard } from "@trunkline/ui";
import { useHydrated } from "./account-form.tsx";

const LABELS = { github: "Continue with GitHub", google: "Continue with Google" } as const;
type Provider = keyof typeof LABELS;
/** The sign-in page sends a signed-in person on to their project. */
const CALLBACK = "/sign-in";

export function OauthButtons({ github, google }: { github: boolean; google: boolean }) {
  if (!github && !google) return null;
  return (
    <>
      {github ? <OauthButton provider="github" /> : null}
      {google ? <OauthButton provider="google" /> : null}
      <p className="or">or by e-mail</p>
    </>
  );
}

function OauthButton({ provider }: { provider: Provider }) {
  const hydrated = useHydrated();
  const form = useRef<HTMLFormElement>(null);
  const token = useRef<HTMLInputElement>(null);
  const [state, setState] = useState<"ready" | "busy" | "failed">("ready");
  const go = async (): Promise<void> => {
    setState("busy");
    try {
      const { csrfToken } = (await (await fetch("/api/auth/csrf")).json()) as { csrfToken: string };
      if (token.current) token.current.value = csrfToken;
      form.current?.submit();
    } catch {
      setState("failed");
    }
  };
  return (
    <form ref={form} className="oauth" method="post" action={`/api/auth/signin/${provider}`}>
      <input ref={token} type="hidden" name="csrfToken" />
      <input type="hidden" name="callbackUrl" value={CALLBACK} />
      <Button size="lg" disabled={!hydrated || state === "busy"} onClick={() => void go()}>{LABELS[provider]}</Button>
      {state === "failed" ? <ErrorCard message="That did not start. Try again." /> : null}
    </form>
  );
}
