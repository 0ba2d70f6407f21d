"use client";
import { PlainFrame } from "./plain-frame.tsx";

export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <PlainFrame title="Something went wrong" lead="The page could not be shown. Trying again often helps.">
      <button type="button" className="btn primary lg" onClick={reset}>Try again</button>
      {error.digest ? <p className="meta">Reference: <code>{error.digest}</code></p> : null}
    </PlainFrame>
  );
}
