/** RFC 9457 problem details. */
export interface Problem { readonly status: number; readonly title: string; readonly detail?: string; readonly errors?: readonly { path: string; message: string }[]; readonly headers?: Readonly<Record<string, string>> }

export function problem({ headers, ...body }: Problem): Response {
  return Response.json({ type: "about:blank", ...body }, { status: body.status, headers: { "content-type": "application/problem+json", ...headers } });
}
