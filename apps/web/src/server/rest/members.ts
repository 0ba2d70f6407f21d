/** Members of the organization, their roles, and invitations by mail. */
import { ROLES } from "@trunkline/contracts";
import { KEYS_OF_LEAVERS, type MemberRecord } from "@trunkline/db/web";
import { z } from "zod";
import { removeMember } from "../remove-member.ts";
import { sendInvitation } from "../account-mail.ts";
import { emailInput } from "../account-schema.ts";
import { list, operation, type Operation } from "./operation.ts";

const role = z.enum(ROLES);
const none = { query: null, body: null } as const;
const toMember = <Row extends MemberRecord>({ createdAt, ...row }: Row) => ({ ...row, createdAt: createdAt.toISOString() });
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
  operation({
    method: "DELETE", path: "/members/{userId}", id: "removeMember", summary: "Remove a member, and revoke their keys unless these are kept as service keys; the last owner stays", status: 200, body: null,
    query: z.object({ keys: z.enum(KEYS_OF_LEAVERS).optional().describe("revoke (the default) ends the member's keys; keep makes them service keys") }),
    handle: async ({ db, kv, actor, parameters, query }) => toMember(await removeMember({ db, kv }, actor, { userId: userId(parameters), keys: query.keys ?? "revoke" })),
  }),
];
