import { useId } from "react";

interface Props { readonly label: string; readonly rows: number; readonly placeholder: string; readonly code?: boolean; readonly value: string; readonly onChange: (value: string) => void }

export function TextArea({ label, rows, placeholder, code = false, value, onChange }: Props) {
  const id = useId();
  return <div className="control"><label htmlFor={id}>{label}</label><textarea id={id} className={code ? "" : "prose"} rows={rows} spellCheck={!code} placeholder={placeholder} value={value} onChange={(event) => onChange(event.target.value)} /></div>;
}
