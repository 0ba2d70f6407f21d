import { ROLE_PERMISSIONS, ROLES, type Permission, type Role } from "@trunkline/contracts";
import { Check, Minus } from "lucide-react";

const WORDS: Readonly<Record<Permission, string>> = {
  "organization.manage": "Settings, audit log, management keys, data export", "members.manage": "Invite, change roles, remove", "keys.manage": "API keys and playground", "credentials.manage": "Provider keys", "alerts.manage": "Alerts", "presets.manage": "Presets",
  "budgets.manage": "Budgets", "billing.manage": "Billing", "usage.read": "Overview, analytics, logs", "prompts.read": "Prompts and answers, where a project stores them", "resources.read": "See keys, presets, budgets, alerts, members",
};
const ROWS = Object.entries(WORDS) as [Permission, string][];

/** The matrix that the data layer asks before every statement. */
export function RoleTable({ own }: { own: Role | null }) {
  return (
    <section className="twrap" tabIndex={0} aria-label="Roles, table">
      <table className="roles">
        <thead><tr><th scope="col">May</th>{ROLES.map((role) => <th key={role} scope="col">{role}{role === own ? <span className="tag">yours</span> : null}</th>)}</tr></thead>
        <tbody>{ROWS.map(([permission, words]) => <tr key={permission}><th scope="row">{words}</th>{ROLES.map((role) => <td key={role}>{ROLE_PERMISSIONS[role].includes(permission) ? <><Check className="ic ok" aria-hidden /><span className="sr">yes</span></> : <><Minus className="ic muted" aria-hidden /><span className="sr">no</span></>}</td>)}</tr>)}</tbody>
      </table>
      <p className="meta note">Only an owner makes or unmakes an owner, and deletes the organization. The last owner stays.</p>
    </section>
  );
}
