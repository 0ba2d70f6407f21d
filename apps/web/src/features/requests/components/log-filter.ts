/** The filter of the log as text: `status:failed model:openai/gpt-5 key:"prod api" words`. Lives in the address as `q`. */

export const FILTER_NAMES = ["status", "model", "provider", "key"] as const;
export type FilterName = (typeof FILTER_NAMES)[number];
export const STATUSES = ["ok", "rescued", "failed", "partial", "cancelled"] as const;

export interface LogFilter { readonly tokens: Readonly<Partial<Record<FilterName, string>>>; readonly search: string }

const TOKEN = /(?:^|\s)(status|model|provider|key):(?:"([^"]*)"|(\S+))/gi;

/** A later token of the same name replaces the earlier one; what is no token is searched for. */
export function parseFilter(text: string): LogFilter {
  const tokens: Partial<Record<FilterName, string>> = {};
  const rest = text.replace(TOKEN, (_, name: string, quoted: string | undefined, plain: string | undefined) => {
    const value = quoted ?? plain ?? "";
    if (value !== "") tokens[name.toLowerCase() as FilterName] = value;
    return " ";
  });
  return { tokens, search: rest.trim().replace(/\s+/g, " ") };
}

export function writeFilter({ tokens, search }: LogFilter): string {
  const parts = FILTER_NAMES.flatMap((name) => { const value = tokens[name]; return value === undefined ? [] : [`${name}:${/\s/.test(value) ? `"${value}"` : value}`]; });
  return [...parts, ...(search === "" ? [] : [search])].join(" ");
}

export const isEmpty = ({ tokens, search }: LogFilter): boolean => search === "" && Object.keys(tokens).length === 0;
