import { PROVIDERS } from "@trunkline/providers";
import { compose, type Gateway } from "./compose.ts";
import { EXIT_CONFIG, parseEnv } from "./env.ts";

function composeOrExit(): Gateway {
  try {
    return compose(parseEnv([...PROVIDERS.values()]));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(EXIT_CONFIG);
  }
}

const gateway = composeOrExit();
let closing = false;
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    if (closing) return;
    closing = true;
    void gateway.close().then(() => process.exit(0), () => process.exit(1));
  });
}
const port = await gateway.listen().catch((error: unknown) => {
  process.stderr.write(`the gateway cannot listen: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
process.stdout.write(`${JSON.stringify({ ready: true, gateway: `http://127.0.0.1:${port}` })}\n`);
