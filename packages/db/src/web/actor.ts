import { roleMay, type Permission, type Role } from "@trunkline/contracts";
import { ForbiddenError } from "./errors.ts";

/** Who acts, and in which organization. Built only by `findActor` (a member) or `findManagementActor` (a management key). */
export interface Actor {
  readonly organizationId: string;
  readonly role: Role;
  /** null for a management key. */
  readonly userId: string | null;
  /** What the audit log shows: `user:<id>` or `key:<key id>`. */
  readonly label: string;
  /** Where the call came from, as far as it is known; goes into the audit log. */
  readonly address?: string | undefined;
}

/** A management key acts as an admin; only someone who may manage the organization can create one. */
export const MANAGEMENT_KEY_ROLE: Role = "admin";

/** Throws ForbiddenError when the role lacks the permission. */
export function assertMay(actor: Actor, permission: Permission): void {
  if (!roleMay(actor.role, permission)) throw new ForbiddenError(permission);
}
