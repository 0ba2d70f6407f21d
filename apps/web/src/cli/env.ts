/** What only `doctor` looks at. Nothing is required: what is absent is a finding, not a failure. */
import { z } from "zod";

const optional = z.string().optional().transform((value) => (value === "" ? undefined : value));
const schema = z.object({ STRIPE_SECRET_KEY: optional, STRIPE_WEBHOOK_SECRET: optional, STRIPE_API_BASE: optional, SPOOL_DIR: optional });

export type DoctorEnv = z.infer<typeof schema>;
export const doctorEnv = (): DoctorEnv => schema.parse(process.env);
