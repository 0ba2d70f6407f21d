import "./docs.css";
import { ERROR_CODES, type ErrorCode } from "@trunkline/contracts";
import { PublicFrame } from "../../shell/components/public-frame.tsx";
import { ERROR_GUIDE } from "../../shell/error-guide.ts";

const OWNERS = [
  { owner: "caller", title: "Yours to mend in the request", note: "Sending the same again gives the same answer." },
  { owner: "tenant", title: "Yours to mend in the dashboard", note: "A limit or permission of your organization said no." },
  { owner: "upstream", title: "The provider's", note: "The gateway has tried every candidate that the request allowed." },
  { owner: "gateway", title: "Ours", note: "Send again after the time that retry-after names." },
] as const;
const CODES = Object.keys(ERROR_CODES) as ErrorCode[];

export function ErrorCatalogue() {
  return (
    <PublicFrame here="/docs/errors">
      <h1>Errors</h1>
      <p className="lead">Every error carries a <code>code</code> from this list, a message that says what to do, the header <code>x-should-retry</code>, and the request id in <code>x-trunkline-request-id</code>. After the first byte of a stream the status stays 200, and the error comes as an event.</p>
      {OWNERS.map(({ owner, title, note }) => (
        <section key={owner} aria-labelledby={owner}>
          <h2 id={owner}>{title}</h2>
          <p className="muted">{note}</p>
          <ul className="codes">{CODES.filter((code) => code.startsWith(`${owner}.`)).map((code) => <ErrorEntry key={code} code={code} />)}</ul>
        </section>
      ))}
    </PublicFrame>
  );
}

function ErrorEntry({ code }: { code: ErrorCode }) {
  const { status, retry, type } = ERROR_CODES[code];
  const { when, mend } = ERROR_GUIDE[code];
  return (
    <li id={code}>
      <h3><a href={`#${code}`}><code>{code}</code></a><span className="tag">{status}</span><span className="tag">{retry ? "send again" : "do not send again"}</span><span className="meta">OpenAI type <code>{type}</code></span></h3>
      <p>{when}</p>
      <p><b>What to do</b> {mend}</p>
    </li>
  );
}
