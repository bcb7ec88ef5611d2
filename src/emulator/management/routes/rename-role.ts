/** Renames a role in lists of role names. Without a new name, removes it. */
export function renameRole(holders: readonly { roles: string[] }[], before: string, after?: string): void {
  for (const holder of holders) {
    holder.roles = holder.roles.flatMap((one) => (one === before ? (after ?? []) : one));
  }
}
