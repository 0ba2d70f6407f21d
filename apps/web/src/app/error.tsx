"use client";
import { Button } from "@trunkline/ui";
import { AccountFrame } from "../features/account/components/account-frame.tsx";

export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <AccountFrame title="Something went wrong" lead="The page could not be shown. Trying again often helps.">
      <Button variant="primary" size="lg" onClick={reset}>Try again</Button>
      {error.digest ? <p className="meta">Reference: <code>{error.digest}</code></p> : null}
    </AccountFrame>
  );
}
