/** Members of the organization, their roles, and invitations by mail. */
import { ROLES } from "@trunkline/contracts";
import type { MemberRecord } from "@trunkline/db/web";
import { z } from "zod";
import { sendInvitation } from "../account-mail.ts";
import { emailInput } from "../account-schema.ts";
import { list, operation, type Operation } from "./operation.ts";

const role = z.enum(ROLES);
const none = { query: null, body: null } as const;
const toMember = ({ createdAt, ...row }: MemberRecord) => ({ ...row, createdAt: createdAt.toISOString() });
const userId = (parameters: Readonly<Record<string, string>>): string => parameters["userId"] ?? "";

export const MEMBER_OPERATIONS: readonly Operation[] = [
  operation({ method: "GET", path: "/members", id: "listMembers", summary: "Members and their roles", status: 200, ...none, handle: async ({ db, actor }) => list((await db.members.list(actor)).map(toMember)) }),
  operation({
    method: "POST", path: "/members", id: "inviteMember", summary: "Invite by mail; the link works for 7 days, and the newest one only", status: 201, query: null, body: z.strictObject({ email: emailInput, role }),
    handle: async ({ db, actor, body }) => {
      await db.members.invite(actor, body);
      await sendInvitation({ organizationId: actor.organizationId, organizationName: (await db.organizations.find(actor)).name, ...body });
      return { invited: body.email, role: body.role };
    },
  }),
  operation({
    method: "PATCH", path: "/members/{userId}", id: "setMemberRole", summary: "Change a role; owners only by an owner", status: 200, query: null, body: z.strictObject({ role }),
    handle: async ({ db, actor, parameters, body }) => toMember(await db.members.setRole(actor, userId(parameters), body.role)),
  }),
  operation({ method: "DELETE", path: "/members/{userId}", id: "removeMember", summary: "Remove a member; the last owner stays", status: 200, ...none, handle: async ({ db, actor, parameters }) => toMember(await db.members.remove(actor, userId(parameters))) }),
];
