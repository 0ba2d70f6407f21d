export * from "./gen-ai.ts";
export * from "./tracing.ts";
