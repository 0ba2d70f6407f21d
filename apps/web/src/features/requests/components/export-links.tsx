import { Download } from "lucide-react";

/** Files of all requests that the filter in force holds, not only of those that the page has read. */
export function ExportLinks({ asked }: { asked: Readonly<Record<string, string | undefined>> }) {
  const to = (format: "csv" | "json"): string => `/api/request-export?${new URLSearchParams(Object.entries({ ...asked, format }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))).toString()}`;
  return <><a className="btn" href={to("csv")} download><Download className="ic s" aria-hidden />Export CSV</a><a className="btn" href={to("json")} download aria-label="Export JSON">JSON</a></>;
}
