import { router } from "../../server/trpc.ts";
import { audit } from "./procedures/audit.ts";
import { invite, listMembers, removeMember, setRole, withdraw } from "./procedures/members.ts";
import { limitProject, projectLimits } from "./procedures/project-limits.ts";
import { promptStorage, storePrompts } from "./procedures/prompts.ts";
import { remove, settings, update } from "./procedures/settings.ts";

export const organizationRouter = router({ members: listMembers, invite, withdraw, setRole, removeMember, audit, settings, update, projectLimits, limitProject, promptStorage, storePrompts, remove });
