import "./docs.css";
import Link from "next/link";
import type { ReactNode } from "react";
import { PublicFrame } from "../../shell/components/public-frame.tsx";

const PAGES = [
  { href: "/docs/api", title: "API reference", text: "Every path, field and answer of the gateway and of the management API, with an example to copy." },
  { href: "/docs/errors", title: "Errors", text: "Every error code: when it comes, whether to send again, and what to do." },
  { href: "/status", title: "Status", text: "How the gateway, its parts and the providers did in the last 90 days." },
] as const;

/** What the wire is called, and what it means here: true of every client. */
const WORDS = [
  ["model: \"author/model\"", "That model, from the first of its providers that can serve the request."],
  ["model: \"auto\"", "The routing preset decides; with none named, the built-in one that balances price, speed and quality."],
  ["model: \"@preset/slug\"", "A preset of yours, as published; @preset/slug:3 is its third version."],
  ["tl_live_… and tl_test_…", "A live key calls providers and is charged. A test key is answered by the simulator, priced and never charged."],
  ["x-simulate: openai:status=503", "With a test key: the fault to play, to see your own fallback at work."],
  ["x-trunkline-provider, -model, -attempts", "In every answer: who served it, and how many tries it took."],
  ["idempotency-key", "The same call sent again gets the first one's answer, billed once; a broken stream is resumed."],
] as const;

export function DocsIndex({ gatewayUrl, snippet }: { gatewayUrl: string; snippet: ReactNode }) {
  return (
    <PublicFrame here="/docs">
      <h1>Documentation</h1>
      <p className="lead">Keep the client you have. Change its address and its key; every model of every provider answers.</p>
      <ul className="docgrid">{PAGES.map(({ href, title, text }) => <li key={href}><h3><Link className="link" href={href}>{title}</Link></h3><p>{text}</p></li>)}</ul>
      <h2 id="start">First call</h2>
      <ol className="steps">
        <li><b>1.</b> <Link className="link" href="/signup">Create an account</Link>: a test key is ready, no provider account and no card needed.</li>
        <li><b>2.</b> Give your client the address <code>{gatewayUrl}/v1</code> (OpenAI clients) or <code>{gatewayUrl}/anthropic</code> (Anthropic clients).</li>
        <li><b>3.</b> Send a request; the log shows it within a second, with its attempts and its cost.</li>
      </ol>
      <div className="start">{snippet}</div>
      <h2 id="words">What the words mean</h2>
      <dl className="facts">{WORDS.map(([word, meaning]) => <div key={word}><dt><code>{word}</code></dt><dd className="muted">{meaning}</dd></div>)}</dl>
    </PublicFrame>
  );
}
