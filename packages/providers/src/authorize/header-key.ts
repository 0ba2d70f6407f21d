/** The key alone, in a header of the provider's own name. */
export const headerKey = (header: "x-api-key" | "x-goog-api-key" | "api-key", secret: string): Readonly<Record<string, string>> => ({ [header]: secret });
