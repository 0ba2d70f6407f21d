/** Outgoing e-mail: SMTP where configured; else a mailbox in memory (and in MAIL_DIR) that only a development machine shows. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { createTransport, type Transporter } from "nodemailer";
import { webEnv } from "../env.ts";

export interface Mail { readonly to: string; readonly subject: string; readonly text: string }
export interface StoredMail extends Mail { readonly id: string; readonly sentAt: string; readonly links: readonly string[] }

/** What a person looks back at. */
const MAILBOX_MAX = 50;
const LINK = /https?:\/\/\S+/g;
const SEND_TIMEOUT_MS = 10_000;

const holder = globalThis as typeof globalThis & { trunklineMailbox?: StoredMail[]; trunklineTransport?: Transporter };

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Shown only without SMTP, and only by a dashboard that lives on the machine's own loopback. */
export function isMailboxOpen(): boolean {
  const { SMTP_URL, PUBLIC_WEB_URL } = webEnv();
  return SMTP_URL === undefined && LOOPBACK.has(new URL(PUBLIC_WEB_URL).hostname);
}

/** Newest first. */
export const readMailbox = (): readonly StoredMail[] => holder.trunklineMailbox ?? [];

async function store(mail: Mail): Promise<void> {
  const stored: StoredMail = { ...mail, id: crypto.randomUUID(), sentAt: new Date().toISOString(), links: mail.text.match(LINK) ?? [] };
  holder.trunklineMailbox = [stored, ...readMailbox()].slice(0, MAILBOX_MAX);
  const directory = webEnv().MAIL_DIR;
  if (directory === undefined) return;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(path.join(directory, `${Date.now()}-${stored.id}.json`), JSON.stringify(stored, null, 2), { mode: 0o600 });
}

/** A mail that cannot be sent is logged without its text and never fails the request that caused it. */
export async function sendMail(mail: Mail): Promise<void> {
  const { SMTP_URL, MAIL_FROM } = webEnv();
  try {
    if (SMTP_URL === undefined) return await store(mail);
    holder.trunklineTransport ??= createTransport({ url: SMTP_URL, connectionTimeout: SEND_TIMEOUT_MS, socketTimeout: SEND_TIMEOUT_MS });
    await holder.trunklineTransport.sendMail({ from: MAIL_FROM, ...mail });
  } catch (error) {
    console.error(JSON.stringify({ level: "error", message: "mail was not sent", subject: mail.subject, reason: error instanceof Error ? error.name : "unknown" }));
  }
}
