/** As long as answers of the Responses API; what must live longer belongs in a store of the caller's own. */
export const PROMPT_RETENTION_DAYS_MAX = 30;
