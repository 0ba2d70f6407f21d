import type { Profile } from "../adapter.ts";

/** The documented base URL of a provider that has one for all its accounts; else empty. */
export const usualAddress = ({ baseUrl, baseUrlIsExample }: Profile): string => (baseUrlIsExample ? "" : baseUrl);
