"use client";
import { Plus } from "lucide-react";
import { Button } from "@trunkline/ui";
import { PRESET_RULES_MAX, type PresetDocument, type PresetRule } from "@trunkline/contracts";
import type { ModelView } from "../../../server/views.ts";
import { ConditionFields } from "./condition-fields.tsx";
import { describeConditions, moveBy, newRule, removeAt, replaceAt, STRATEGIES } from "./document-edits.ts";
import { MoveButtons } from "./move-buttons.tsx";
import { ModelOptions } from "./model-input.tsx";
import { ResilienceFields } from "./resilience-fields.tsx";
import { useFollowFocus } from "./use-follow-focus.ts";
import { TargetList } from "./target-list.tsx";

interface Props { document: PresetDocument; models: readonly ModelView[]; readOnly: boolean; matched: string | null; onChange: (document: PresetDocument) => void }

/** The rules as cards. All state is the document's own, so cards and JSON can never differ. */
export function RuleCards({ document, models, readOnly, matched, onChange }: Props) {
  const { rules } = document;
  const { list, follow } = useFollowFocus();
  const setRules = (next: PresetRule[]): void => onChange({ ...document, rules: next });
  const add = (): void => setRules([...rules, newRule(`Rule ${rules.length + 1}`, models[0]?.id ?? rules[0]?.targets[0]?.model ?? "")]);
  return (
    <>
      <p className="meta" style={{ margin: "-4px 0 8px" }}>The first rule that matches decides.</p>
      <ModelOptions models={models} />
      <ol ref={list}>
        {rules.map((rule, at) => (
          <li key={at}>
            {at > 0 ? <div className="flow" aria-hidden /> : null}
            <RuleCard rule={rule} at={at} last={rules.length - 1} models={models} readOnly={readOnly} matched={rule.name === matched} onChange={(next) => setRules(replaceAt(rules, at, next))} onMove={(by) => { follow(at + by, by < 0 ? "up" : "down"); setRules(moveBy(rules, at, by)); }} onRemove={() => { follow(at, "remove"); setRules(removeAt(rules, at)); }} />
          </li>
        ))}
      </ol>
      {readOnly ? null : <Button variant="ghost" disabled={rules.length >= PRESET_RULES_MAX} onClick={add} className="mt-2"><Plus className="ic s" aria-hidden />Add rule</Button>}
    </>
  );
}

interface CardProps { rule: PresetRule; at: number; last: number; models: readonly ModelView[]; readOnly: boolean; matched: boolean; onChange: (rule: PresetRule) => void; onMove: (by: -1 | 1) => void; onRemove: () => void }

function RuleCard({ rule, at, last, models, readOnly, matched, onChange, onMove, onRemove }: CardProps) {
  const number = at + 1;
  const conditions = describeConditions(rule.when);
  return (
    <article className={`rule ${matched ? "match" : ""}`} aria-label={`Rule ${number}`}>
      <header>
        <span className="at num">{number}</span>
        <input className="title" aria-label={`Name of rule ${number}`} value={rule.name} disabled={readOnly} onChange={(event) => onChange({ ...rule, name: event.target.value })} />
        {matched ? <span className="tag acc">Matches the simulated request</span> : null}
        {readOnly ? null : <MoveButtons what={`rule ${number}`} first={at === 0} last={at === last} only={last === 0} onMove={onMove} onRemove={onRemove} />}
      </header>
      <div className="when"><span className="w">When</span>{conditions.length === 0 ? <span className="fg">always</span> : conditions.map(({ name, test }) => <span key={`${name} ${test}`} className="tok"><b>{name}</b><span>{test}</span></span>)}</div>
      {readOnly ? null : <details className="edit-when"><summary>Edit conditions<span className="sr"> of rule {number}</span></summary><ConditionFields number={number} when={rule.when} onChange={(when) => onChange({ ...rule, when })} /></details>}
      <div className="tg">
        <div className="strat"><span className="w">Then</span><select aria-label={`Strategy of rule ${number}`} value={rule.strategy} disabled={readOnly} onChange={(event) => onChange({ ...rule, strategy: event.target.value as PresetRule["strategy"] })}>{STRATEGIES.map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}</select></div>
        <TargetList label={`target of rule ${number}`} targets={rule.targets} models={models} readOnly={readOnly} weighted={rule.strategy === "weighted"} min={1} onChange={(targets) => onChange({ ...rule, targets })} />
        {readOnly && rule.fallbacks.length === 0 ? null : <h4>When all of them fail, in this order</h4>}
        <TargetList label={`fallback of rule ${number}`} targets={rule.fallbacks} models={models} readOnly={readOnly} weighted={false} min={0} onChange={(fallbacks) => onChange({ ...rule, fallbacks })} />
      </div>
      {readOnly ? null : <details className="edit-when"><summary>When it is slow or breaks<span className="sr">: rule {number}</span></summary><ResilienceFields rule={rule} onChange={onChange} /></details>}
    </article>
  );
}
