import type { ResolvedOptions } from './logto-emulator-schema.js';

type Application = ResolvedOptions['applications'][number];
type Member = Pick<Application, 'roles' | 'organizations'>;

/** Finds mistakes that involve several options: unknown references, duplicates, contradictions. */
export function findMistakes(options: ResolvedOptions): string[] {
  const { users, applications, organizations, roles, endpoint } = options;
  return [
    ...duplicates('users', [users.map(({ username }) => username), users.flatMap(({ id }) => id ?? [])]),
    ...duplicates('applications', [applications.map(({ id }) => id)]),
    ...duplicates('organizations', [organizations.map(({ id }) => id)]),
    ...users.flatMap((user, index) => membershipMistakes(`users[${index}].`, user, options)),
    ...applications.flatMap((application, index) =>
      applicationMistakes(`applications[${index}].`, application, options),
    ),
    ...roles.flatMap((role, index) => scopeMistakes(`roles[${index}].scopes`, role.scopes, options)),
    ...templateMistakes(options),
    ...(endpoint && new URL(endpoint).pathname !== '/'
      ? ['`endpoint`: a path is not supported; use the origin only']
      : []),
  ];
}

/** Finds unknown roles and organizations of a user or an application. */
export function membershipMistakes(path: string, member: Member, options: ResolvedOptions): string[] {
  const memberships = member.organizations;
  const { roles, organizations, organizationTemplate } = options;
  const unknown = (field: string, kind: string, names: string[], known: string[], option: string) =>
    names
      .filter((name) => !known.includes(name))
      .map((name) => `\`${path}${field}\`: there is no ${kind} "${name}"; add it to \`${option}\``);
  return [
    ...unknown(
      'roles',
      'role',
      member.roles,
      roles.map(({ name }) => name),
      'roles',
    ),
    ...unknown(
      'organizations',
      'organization',
      memberships.map(({ id }) => id),
      organizations.map(({ id }) => id),
      'organizations',
    ),
    ...unknown(
      'organizations',
      'organization role',
      memberships.flatMap((membership) => membership.roles),
      organizationTemplate.roles.map(({ name }) => name),
      'organizationTemplate.roles',
    ),
  ];
}

/** Finds a missing or forbidden secret, and unknown roles and organizations. */
export function applicationMistakes(
  path: string,
  application: Application,
  options: ResolvedOptions,
): string[] {
  const type = application.type ?? (application.secret ? 'Traditional' : 'SPA');
  const isConfidential = type === 'Traditional' || type === 'MachineToMachine';
  const mistakes = membershipMistakes(path, application, options);
  if (isConfidential && !application.secret) {
    mistakes.push(
      `\`${path}secret\`: a ${type} application needs a secret; add one, or use type SPA or Native`,
    );
  }
  if (!isConfidential && application.secret) {
    mistakes.push(
      `\`${path}secret\`: a ${type} application cannot have one; remove it, or use type Traditional`,
    );
  }
  return mistakes;
}

function templateMistakes(options: ResolvedOptions): string[] {
  const { roles, scopes: known } = options.organizationTemplate;
  return roles.flatMap(({ scopes, resourceScopes }, index) => {
    const path = `organizationTemplate.roles[${index}]`;
    return [
      ...scopeMistakes(`${path}.resourceScopes`, resourceScopes, options),
      ...scopes
        .filter((scope) => !known.includes(scope))
        .map(
          (scope) => `\`${path}.scopes\`: there is no "${scope}"; add it to \`organizationTemplate.scopes\``,
        ),
    ];
  });
}

function scopeMistakes(
  path: string,
  scopes: { resource: string; name: string }[],
  options: ResolvedOptions,
): string[] {
  return scopes.flatMap(({ resource, name }) => {
    const known = options.resources.find(({ indicator }) => indicator === resource);
    if (!known) return [`\`${path}\`: there is no resource "${resource}"; add it to \`resources\``];
    return known.scopes.includes(name)
      ? []
      : [`\`${path}\`: resource "${resource}" has no scope "${name}"; add it to the resource's \`scopes\``];
  });
}

function duplicates(path: string, lists: string[][]): string[] {
  const names = lists.flatMap((list) => [
    ...new Set(list.filter((name, index) => list.indexOf(name) !== index)),
  ]);
  return names.map((name) => `\`${path}\`: "${name}" is used more than once; use a unique value`);
}
