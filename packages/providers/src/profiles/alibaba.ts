import type { Profile } from "../adapter.ts";

/** Model Studio's compatible mode, from Singapore; other regions differ in the host alone. */
export const alibaba: Profile = {
  id: "alibaba", name: "Alibaba Cloud", dialect: "openai", baseUrl: "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", env: "DASHSCOPE", authorize: "bearer",
  billsAfterCancel: true,
  omits: ["service_tier"],
  renames: { max_completion_tokens: "max_tokens" },
  source: "https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope",
};
