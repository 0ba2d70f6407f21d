export const ROLES = ["owner", "admin", "billing", "developer", "viewer"] as const;
export type Role = (typeof ROLES)[number];

export const PERMISSIONS = ["organization.manage", "members.manage", "keys.manage", "presets.manage", "budgets.manage", "credentials.manage", "alerts.manage", "billing.manage", "usage.read", "prompts.read", "resources.read"] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** The whole role matrix; the data layer asks it before every statement. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  owner: PERMISSIONS,
  admin: ["organization.manage", "members.manage", "keys.manage", "presets.manage", "budgets.manage", "credentials.manage", "alerts.manage", "usage.read", "prompts.read", "resources.read"],
  billing: ["billing.manage", "budgets.manage", "alerts.manage", "usage.read", "resources.read"],
  developer: ["keys.manage", "presets.manage", "alerts.manage", "usage.read", "prompts.read", "resources.read"],
  viewer: ["usage.read", "resources.read"],
};

export const roleMay = (role: Role, permission: Permission): boolean => ROLE_PERMISSIONS[role].includes(permission);
