"use client";
import { ImagePlus, X } from "lucide-react";
import { lazy, Suspense, useEffect, useRef, useState, type ChangeEvent } from "react";
import { Button, Skeleton } from "@trunkline/ui";
import type { Prompt } from "./prompt.ts";
import { TextArea } from "./text-area.tsx";

/** Comes when the fold is opened. */
const PromptOptions = lazy(async () => ({ default: (await import("./prompt-options.tsx")).PromptOptions }));
const FIELDS_HEIGHT = 232;

/** Pictures travel inside the request. */
const IMAGES_MAX = 4;
const IMAGE_BYTES_MAX = 4_000_000;

interface Props { readonly prompt: Prompt; readonly onChange: (change: Partial<Prompt>) => void; readonly onRun: () => void }

/** What all columns are asked. Ctrl or ⌘ with Enter runs them. */
export function PromptCard({ prompt, onChange, onRun }: Props) {
  const [opened, setOpened] = useState(false);
  const card = useRef<HTMLElement>(null);
  const run = useRef(onRun);
  useEffect(() => { run.current = onRun; });
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      run.current();
    };
    const element = card.current;
    element?.addEventListener("keydown", press);
    return () => element?.removeEventListener("keydown", press);
  }, []);
  return (
    <section ref={card} className="card ask" aria-label="Prompt">
      <div className="texts">
        <TextArea label="System" rows={3} placeholder="How the model should behave (optional)" value={prompt.system} onChange={(system) => onChange({ system })} />
        <TextArea label="Message" rows={3} placeholder="What do you ask?" value={prompt.user} onChange={(user) => onChange({ user })} />
      </div>
      <Images images={prompt.images} onChange={(images) => onChange({ images })} />
      <details className="more" onToggle={() => setOpened(true)}>
        <summary>Tools, answer schema and parameters{optionsText(prompt)}</summary>
        {opened ? <Suspense fallback={<Skeleton height={FIELDS_HEIGHT} />}><PromptOptions prompt={prompt} onChange={onChange} /></Suspense> : null}
      </details>
    </section>
  );
}

/** What stands behind the fold, so that nobody wonders about an odd answer. */
function optionsText(prompt: Prompt): string {
  const set = [prompt.tools.trim() && "tools", prompt.schema.trim() && "schema", prompt.effort && `reasoning ${prompt.effort}`, prompt.temperature && `temperature ${prompt.temperature}`, prompt.maxTokens && `${prompt.maxTokens} tokens`].filter(Boolean);
  return set.length > 0 ? `: ${set.join(", ")}` : "";
}

const readImage = (file: File): Promise<string> => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.addEventListener("load", () => resolve(String(reader.result)));
  reader.addEventListener("error", () => reject(reader.error ?? new Error("The picture could not be read.")));
  reader.readAsDataURL(file);
});

function Images({ images, onChange }: { images: readonly string[]; onChange: (images: readonly string[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const add = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const files = [...(event.target.files ?? [])].slice(0, IMAGES_MAX - images.length);
    event.target.value = "";
    const fitting = files.filter((file) => file.size <= IMAGE_BYTES_MAX);
    setRefusal(fitting.length < files.length ? "A picture may have 4 MB." : null);
    onChange([...images, ...(await Promise.all(fitting.map(readImage)))]);
  };
  return (
    <div className="row imgs">
      {images.map((url, at) => <span key={url.slice(-64)} className="thumb"><img src={url} alt={`Attachment ${at + 1}`} /><button type="button" aria-label={`Remove picture ${at + 1}`} onClick={() => onChange(images.filter((_, other) => other !== at))}><X className="ic s" aria-hidden /></button></span>)}
      <Button size="sm" disabled={images.length >= IMAGES_MAX} onClick={() => input.current?.click()}><ImagePlus className="ic s" aria-hidden />Attach picture</Button>
      <input ref={input} type="file" hidden multiple accept="image/png,image/jpeg,image/webp,image/gif" aria-label="Pictures" onChange={(event) => void add(event)} />
      {refusal ? <span className="err meta" role="alert">{refusal}</span> : null}
      <span className="grow" /><span className="meta desk">Ctrl or ⌘ with Enter runs every column</span>
    </div>
  );
}
