import { router } from "../../server/trpc.ts";
import { checkProviderKey } from "./procedures/check-provider-key.ts";
import { createProviderKey } from "./procedures/create-provider-key.ts";
import { listProviderKeys } from "./procedures/list-provider-keys.ts";
import { removeProviderKey } from "./procedures/remove-provider-key.ts";
import { updateProviderKey } from "./procedures/update-provider-key.ts";

export const providerKeysRouter = router({ list: listProviderKeys, create: createProviderKey, update: updateProviderKey, check: checkProviderKey, remove: removeProviderKey });
