"use client";
import { useId } from "react";
import { Field } from "@trunkline/ui";
import { EFFORTS, type Effort, type Prompt } from "./prompt.ts";
import { TextArea } from "./text-area.tsx";

const EFFORT_LABELS: Readonly<Record<Effort, string>> = { "": "Model's own", low: "Low", medium: "Medium", high: "High" };
const TOOLS_EXAMPLE = '[{ "name": "get_weather", "parameters": { "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] } }]';
const SCHEMA_EXAMPLE = '{ "type": "object", "properties": { "answer": { "type": "string" } }, "required": ["answer"], "additionalProperties": false }';

/** Behind the fold: what most prompts do without. */
export function PromptOptions({ prompt, onChange }: { prompt: Prompt; onChange: (change: Partial<Prompt>) => void }) {
  return (
    <div className="fields">
      <TextArea label="Tools (JSON)" rows={5} code placeholder={TOOLS_EXAMPLE} value={prompt.tools} onChange={(tools) => onChange({ tools })} />
      <TextArea label="Answer schema (JSON Schema)" rows={5} code placeholder={SCHEMA_EXAMPLE} value={prompt.schema} onChange={(schema) => onChange({ schema })} />
      <div className="trio">
        <EffortSelect value={prompt.effort} onChange={(effort) => onChange({ effort })} />
        <Field label="Temperature" type="number" min={0} max={2} step={0.1} value={prompt.temperature} onChange={(event) => onChange({ temperature: event.target.value })} />
        <Field label="Output tokens at most" type="number" min={1} step={1} value={prompt.maxTokens} onChange={(event) => onChange({ maxTokens: event.target.value })} />
      </div>
    </div>
  );
}

function EffortSelect({ value, onChange }: { value: Effort; onChange: (value: Effort) => void }) {
  const id = useId();
  return <div className="control"><label htmlFor={id}>Reasoning</label><select id={id} value={value} onChange={(event) => onChange(EFFORTS.find((one) => one === event.target.value) ?? "")}>{EFFORTS.map((one) => <option key={one} value={one}>{EFFORT_LABELS[one]}</option>)}</select></div>;
}
