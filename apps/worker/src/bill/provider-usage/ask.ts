// One GET at a provider's own accounts. It promises that no key reaches an error, that pages end, and that a redirect hands nobody the key.

/** These reports are made when they are asked for. */
const TIMEOUT_MS = 30_000;
/** A day by model and line is a page or two; more is a cursor that leads nowhere. */
const PAGES_MAX = 50;

export interface Account { readonly baseUrl: string; readonly headers: Readonly<Record<string, string>> }

export async function ask(account: Account, path: string, query: readonly (readonly [string, string])[]): Promise<unknown> {
  const url = new URL(`${account.baseUrl.replace(/\/+$/, "")}${path}`);
  for (const [name, value] of query) url.searchParams.append(name, value);
  const answer = await fetch(url, { headers: account.headers, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!answer.ok) {
    await answer.body?.cancel();
    throw new Error(`${url.hostname} answered ${answer.status} to ${path}`);
  }
  return await answer.json();
}

export interface Page<Bucket> { readonly data: readonly Bucket[]; readonly has_more: boolean; readonly next_page?: string | null | undefined }

/** All buckets of a report that is told page by page. */
export async function askAll<Bucket>(account: Account, path: string, { query, parse }: { readonly query: readonly (readonly [string, string])[]; readonly parse: (page: unknown) => Page<Bucket> }): Promise<readonly Bucket[]> {
  const buckets: Bucket[] = [];
  let cursor: readonly (readonly [string, string])[] = [];
  for (let page = 0; page < PAGES_MAX; page++) {
    const { data, has_more: hasMore, next_page: next } = parse(await ask(account, path, [...query, ...cursor]));
    buckets.push(...data);
    if (!hasMore || !next) return buckets;
    cursor = [["page", next]];
  }
  throw new Error(`${path} has more than ${PAGES_MAX} pages for a day`);
}
