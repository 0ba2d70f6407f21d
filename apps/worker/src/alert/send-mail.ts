/** Mail by SMTP; without it as files in MAIL_DIR, as the dashboard does in development. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { createTransport } from "nodemailer";

export interface Mail { readonly to: string; readonly subject: string; readonly text: string }
export interface MailSettings { readonly smtpUrl: string | undefined; readonly from: string; readonly directory: string | undefined }

const SEND_TIMEOUT_MS = 10_000;

/** Rejects when the mail was not taken. */
export function createSendMail({ smtpUrl, from, directory }: MailSettings): (mail: Mail) => Promise<void> {
  if (smtpUrl !== undefined) {
    const transport = createTransport({ url: smtpUrl, connectionTimeout: SEND_TIMEOUT_MS, greetingTimeout: SEND_TIMEOUT_MS, socketTimeout: SEND_TIMEOUT_MS });
    return async (mail) => { await transport.sendMail({ from, ...mail }); };
  }
  if (directory === undefined) return () => Promise.reject(new Error("the worker has no SMTP_URL, so it sends no mail"));
  return async (mail) => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(path.join(directory, `${Date.now()}-${crypto.randomUUID()}.json`), JSON.stringify({ ...mail, sentAt: new Date().toISOString() }, null, 2), { mode: 0o600 });
  };
}
