import type { ResolvedOptions } from './logto-emulator-schema.js';

type Application = ResolvedOptions['applications'][number];
type Holder = Pick<Application, 'roles' | 'organizations'>;

/** What the schema of one field cannot see: references, doubles, and what belongs together. */
export function crossCheck(options: ResolvedOptions): string[] {
  return [
    ...doubles(
      'users',
      options.users.map(({ username }) => username),
    ),
    ...doubles(
      'users',
      options.users.flatMap(({ id }) => id ?? []),
    ),
    ...doubles(
      'applications',
      options.applications.map(({ id }) => id),
    ),
    ...doubles(
      'organizations',
      options.organizations.map(({ id }) => id),
    ),
    ...options.users.flatMap((user, index) => checkHolder(`users[${index}].`, user, options)),
    ...options.applications.flatMap((application, index) =>
      checkApplication(`applications[${index}].`, application, options),
    ),
    ...options.roles.flatMap((role, index) => checkScopes(`roles[${index}].scopes`, role.scopes, options)),
    ...checkTemplate(options),
    ...(options.endpoint && new URL(options.endpoint).pathname !== '/'
      ? ['`endpoint`: a path is not supported; give the origin alone']
      : []),
  ];
}

/** Whether the roles and organizations of a user or an application are there. */
export function checkHolder(path: string, holder: Holder, options: ResolvedOptions): string[] {
  const roles = new Set(options.roles.map(({ name }) => name));
  const organizations = new Set(options.organizations.map(({ id }) => id));
  const organizationRoles = new Set(options.organizationTemplate.roles.map(({ name }) => name));
  return [
    ...holder.roles
      .filter((name) => !roles.has(name))
      .map((name) => `\`${path}roles\`: there is no role "${name}"; add it to \`roles\``),
    ...holder.organizations
      .filter(({ id }) => !organizations.has(id))
      .map(
        ({ id }) => `\`${path}organizations\`: there is no organization "${id}"; add it to \`organizations\``,
      ),
    ...holder.organizations
      .flatMap((membership) => membership.roles)
      .filter((name) => !organizationRoles.has(name))
      .map(
        (name) =>
          `\`${path}organizations\`: there is no organization role "${name}"; add it to \`organizationTemplate.roles\``,
      ),
  ];
}

/** Whether an application's secret goes with its type, and its roles and organizations are there. */
export function checkApplication(path: string, application: Application, options: ResolvedOptions): string[] {
  const type = application.type ?? (application.secret ? 'Traditional' : 'SPA');
  const confidential = type === 'Traditional' || type === 'MachineToMachine';
  const mistakes = checkHolder(path, application, options);
  if (confidential && !application.secret) {
    mistakes.push(
      `\`${path}secret\`: a ${type} application needs a secret; add one, or use type SPA or Native`,
    );
  }
  if (!confidential && application.secret) {
    mistakes.push(`\`${path}secret\`: a ${type} application has none; remove it, or use type Traditional`);
  }
  return mistakes;
}

function checkTemplate(options: ResolvedOptions): string[] {
  const { roles, scopes: known } = options.organizationTemplate;
  return roles.flatMap(({ scopes, resourceScopes }, index) => {
    const path = `organizationTemplate.roles[${index}]`;
    return [
      ...checkScopes(`${path}.resourceScopes`, resourceScopes, options),
      ...scopes
        .filter((scope) => !known.includes(scope))
        .map(
          (scope) => `\`${path}.scopes\`: there is no "${scope}"; add it to \`organizationTemplate.scopes\``,
        ),
    ];
  });
}

function checkScopes(
  path: string,
  scopes: { resource: string; name: string }[],
  options: ResolvedOptions,
): string[] {
  return scopes.flatMap(({ resource, name }) => {
    const known = options.resources.find(({ indicator }) => indicator === resource);
    if (!known) {
      return [`\`${path}\`: there is no resource "${resource}"; add it to \`resources\``];
    }
    return known.scopes.includes(name)
      ? []
      : [`\`${path}\`: resource "${resource}" has no scope "${name}"; add it to the resource's \`scopes\``];
  });
}

function doubles(path: string, names: string[]): string[] {
  const double = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...double].map((name) => `\`${path}\`: "${name}" is there twice; give each its own`);
}
