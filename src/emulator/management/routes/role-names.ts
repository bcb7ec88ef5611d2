type RoleHolders = readonly { roles: string[] }[];

/** Renames a role in lists of role names. */
export function renameRole(holders: RoleHolders, from: string, to: string): void {
  for (const holder of holders) {
    holder.roles = holder.roles.map((name) => (name === from ? to : name));
  }
}

/** Removes a role from lists of role names. */
export function removeRole(holders: RoleHolders, removed: string): void {
  for (const holder of holders) {
    holder.roles = holder.roles.filter((name) => name !== removed);
  }
}
