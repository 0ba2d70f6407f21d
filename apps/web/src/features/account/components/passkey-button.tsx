"use client";
import { useState } from "react";
import { KeyRound } from "lucide-react";
import { Button, ErrorCard } from "@trunkline/ui";
import { useHydrated } from "./account-form.tsx";
import { postAccount, projectPath } from "./post-account.ts";

const NOTHING_CHOSEN = "No passkey was chosen. Try again, or sign in another way.";

/** Gives what went wrong, or null when the browser is on its way. The library comes with the press. */
async function signInByPasskey(): Promise<string | null> {
  const begun = await postAccount("passkey-sign-in/begin", {});
  if (begun.refusal) return begun.refusal.message;
  const { startAuthentication } = await import("@simplewebauthn/browser");
  const optionsJSON = begun.data as unknown as Parameters<typeof startAuthentication>[0]["optionsJSON"];
  const response = await startAuthentication({ optionsJSON }).catch(() => null);
  if (response === null) return NOTHING_CHOSEN;
  const { data, refusal } = await postAccount("passkey-sign-in/finish", { response });
  if (refusal) return refusal.message;
  window.location.assign(projectPath(data));
  return null;
}

export function PasskeyButton() {
  const hydrated = useHydrated();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const press = async (): Promise<void> => {
    setBusy(true);
    const failed = await signInByPasskey();
    setFailure(failed);
    if (failed !== null) setBusy(false);
  };
  return (
    <>
      {failure === null ? null : <ErrorCard message={failure} />}
      <Button size="lg" disabled={!hydrated || busy} aria-busy={busy} onClick={() => void press()}><KeyRound className="ic" aria-hidden /> Sign in with a passkey</Button>
    </>
  );
}
