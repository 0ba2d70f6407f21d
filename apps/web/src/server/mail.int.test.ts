import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startDashboard, Visitor, type Dashboard } from "./account-server.fixture.ts";

if (!process.env["DATABASE_URL"]) throw new Error("DATABASE_URL is not set: these tests need a migrated PostgreSQL");
const WAIT_MS = 10_000;
const PASSWORD = "Correct-horse-9";
const FROM = "Trunkline <mail@example.test>";

interface Received { readonly from: string; readonly to: readonly string[]; readonly user: string | undefined; readonly raw: string }
let received: Received[] = [];
let refusing = false;
let server: SMTPServer;
let dashboard: Dashboard;

beforeEach(async () => {
  received = [];
  refusing = false;
  server = new SMTPServer({
    authOptional: false, disabledCommands: ["STARTTLS"], allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) => (username === "relay" && password === "p@ss word" ? done(null, { user: username }) : done(new Error("Invalid username or password"))),
    onMailFrom: (_address, _session, done) => done(refusing ? Object.assign(new Error("mailbox busy"), { responseCode: 450 }) : null),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({ from: mailFrom === false ? "" : mailFrom.address, to: rcptTo.map((recipient) => recipient.address), user: session.user, raw: Buffer.concat(chunks).toString("utf8") });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.server.address() as AddressInfo;
  dashboard = await startDashboard({ env: { SMTP_URL: `smtp://relay:${encodeURIComponent("p@ss word")}@127.0.0.1:${port}`, MAIL_FROM: FROM } });
});
afterEach(async () => {
  await dashboard?.close();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

/** The text of a quoted-printable or plain message. */
const textOf = (raw: string): string => raw.slice(raw.indexOf("\r\n\r\n")).replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_whole, hex: string) => String.fromCharCode(parseInt(hex, 16)));
const linkOf = (raw: string): string => /https?:\/\/\S+/.exec(textOf(raw))?.[0] ?? "";

it("hands mail to the relay that SMTP_URL names, signed in, with links that work; nothing is left in a mailbox to look at", async () => {
  const email = `smtp-${Date.now()}@example.test`;
  const visitor = new Visitor(dashboard);
  expect((await visitor.account("sign-up", { email, password: PASSWORD })).status).toBe(201);
  await vi.waitFor(() => expect(received).toHaveLength(1), WAIT_MS);
  expect(received[0]).toMatchObject({ from: "mail@example.test", to: [email], user: "relay" });
  expect(received[0]?.raw).toMatch(/^From: Trunkline <mail@example\.test>\r$/m);
  expect(received[0]?.raw).toMatch(/^Subject: Confirm your e-mail address\r$/m);
  const landed = await visitor.send(linkOf(received[0]?.raw ?? ""));
  expect(landed.headers.get("location")).toBe(`${dashboard.url}/?verified=1`);

  await visitor.account("request-reset", { email });
  await vi.waitFor(() => expect(received).toHaveLength(2), WAIT_MS);
  const token = new URL(linkOf(received[1]?.raw ?? "")).searchParams.get("token");
  expect((await visitor.account("reset", { token, password: "Another-horse-7" })).status).toBe(204);
  expect((await fetch(`${dashboard.url}/api/dev/mail`)).status).toBe(404);
});

it("signs people up though the relay refuses, and mails again when asked after it has recovered", async () => {
  refusing = true;
  const email = `refused-${Date.now()}@example.test`;
  const visitor = new Visitor(dashboard);
  expect((await visitor.account("sign-up", { email, password: PASSWORD })).status).toBe(201);
  expect((await visitor.organizations()).status).toBe(200);
  refusing = false;
  await visitor.account("resend-verification");
  await vi.waitFor(() => expect(received.length).toBeGreaterThan(0), WAIT_MS);
  expect(linkOf(received.at(-1)?.raw ?? "")).toContain("/api/account/verify?token=");
});
