"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { CopyButton, Dialog, ErrorCard, Segmented } from "@trunkline/ui";
import { useTRPC } from "../../trpc/provider.tsx";
import { buildRequest } from "./playground-request.ts";
import type { Prompt } from "./prompt.ts";
import { LANGUAGES, requestCode, type Language } from "./request-code.ts";

const OPTIONS = LANGUAGES.map((value) => ({ value, label: value }));

export function CodeDialog({ model, prompt, onClose }: { model: string | null; prompt: Prompt; onClose: () => void }) {
  return <Dialog title="The same call as code" open={model !== null} onClose={onClose}>{model === null ? null : <Code model={model} prompt={prompt} />}</Dialog>;
}

function Code({ model, prompt }: { model: string; prompt: Prompt }) {
  const trpc = useTRPC();
  const me = useQuery(trpc.viewer.me.queryOptions());
  const [language, setLanguage] = useState<Language>("curl");
  const built = buildRequest(prompt);
  if (built.body === null) return <ErrorCard message={built.problem} />;
  const code = requestCode(language, me.data?.gatewayUrl ?? "", built.body(model));
  return (
    <>
      <div className="row"><Segmented label="Language" value={language} options={OPTIONS} onChange={setLanguage} /><span className="grow" /><CopyButton text={code} /></div>
      <pre className="code" tabIndex={0} aria-label={`${language} code`}>{code}</pre>
      <p className="meta">It reads the key from TRUNKLINE_API_KEY: make one on the API keys page.</p>
    </>
  );
}
