import { z } from "zod";

/** An IANA name that this server can cut days in. */
export const timeZoneInput = z.string().refine((zone) => zone === "UTC" || Intl.supportedValuesOf("timeZone").includes(zone), "must be an IANA time zone");
