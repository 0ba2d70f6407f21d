// Numbers that forms and their checks share. Stand alone: a page that shows a bound needs no schema library.

/** As long as OpenAI keeps them; what must live longer belongs in the caller's own store. */
export const RESPONSE_RETENTION_DAYS_MAX = 30;
/** No longer than these. */
export const PROMPT_RETENTION_DAYS_MAX = 30;
