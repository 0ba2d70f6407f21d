import { router } from "../../server/trpc.ts";
import { createKey } from "./procedures/create-key.ts";
import { listKeys } from "./procedures/list-keys.ts";
import { revokeKey } from "./procedures/revoke-key.ts";
import { rotateKey } from "./procedures/rotate-key.ts";
import { updateKey } from "./procedures/update-key.ts";

export const keysRouter = router({ list: listKeys, create: createKey, update: updateKey, rotate: rotateKey, revoke: revokeKey });
