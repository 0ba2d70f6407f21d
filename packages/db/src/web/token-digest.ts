import { createHash } from "node:crypto";

/** What is stored of a one-time token: whoever reads the table can use none of them. */
export const digest = (token: string): string => createHash("sha256").update(token).digest("hex");
