import type { z } from 'zod';

import { LogtoEmulatorError } from './logto-emulator-error.js';
import type { LogtoEmulatorOptions } from './logto-emulator-options.js';
import { optionsSchema, type ResolvedOptions } from './logto-emulator-schema.js';

/** Fills in the defaults, or throws one error that names every mistake. */
export function resolveOptions(options: LogtoEmulatorOptions): ResolvedOptions {
  const parsed = optionsSchema.safeParse(options);
  const mistakes = parsed.success
    ? crossCheck(parsed.data)
    : parsed.error.issues.map((issue) => describeIssue(issue));
  if (!parsed.success || mistakes.length > 0) {
    throw invalidOptions(mistakes);
  }
  return parsed.data;
}

/** One `invalid_options` error for all of `mistakes`. */
export function invalidOptions(mistakes: string[]): LogtoEmulatorError {
  return new LogtoEmulatorError(
    'invalid_options',
    `The emulator's options are wrong:\n${mistakes.map((mistake) => `- ${mistake}`).join('\n')}`,
  );
}

/** Words for what zod found, with the path as one would write it. */
export function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('');
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => `\`${path ? `${path}.` : ''}${key}\``).join(', ');
    return `${names}: there is no such option; remove it or look for a typing mistake`;
  }
  return `\`${path || 'options'}\`: ${issue.message}`;
}

/** What one field's schema cannot see: references, doubles, and what belongs together. */
function crossCheck(options: ResolvedOptions): string[] {
  const mistakes: string[] = [];
  const complain = (path: string, what: string) => mistakes.push(`\`${path}\`: ${what}`);

  const doubles = (path: string, names: string[]) => {
    for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index))) {
      complain(path, `"${name}" is there twice; give each its own`);
    }
  };
  doubles(
    'users',
    options.users.map((user) => user.username),
  );
  doubles(
    'users',
    options.users.flatMap((user) => user.id ?? []),
  );
  doubles(
    'applications',
    options.applications.map((application) => application.id),
  );
  doubles(
    'organizations',
    options.organizations.map((organization) => organization.id),
  );

  const roles = new Set(options.roles.map((role) => role.name));
  const organizations = new Set(options.organizations.map((organization) => organization.id));
  const organizationRoles = new Set(options.organizationTemplate.roles.map((role) => role.name));
  const resources = new Map(options.resources.map((resource) => [resource.indicator, resource.scopes]));

  const checkHolder = (
    path: string,
    holder: { roles: string[]; organizations: { id: string; roles: string[] }[] },
  ) => {
    for (const role of holder.roles.filter((name) => !roles.has(name))) {
      complain(`${path}.roles`, `there is no role "${role}"; add it to \`roles\``);
    }
    for (const membership of holder.organizations) {
      if (!organizations.has(membership.id)) {
        complain(
          `${path}.organizations`,
          `there is no organization "${membership.id}"; add it to \`organizations\``,
        );
      }
      for (const role of membership.roles.filter((name) => !organizationRoles.has(name))) {
        complain(
          `${path}.organizations`,
          `there is no organization role "${role}"; add it to \`organizationTemplate.roles\``,
        );
      }
    }
  };
  const checkScopes = (path: string, scopes: { resource: string; name: string }[]) => {
    for (const { resource, name } of scopes) {
      if (!resources.has(resource)) {
        complain(path, `there is no resource "${resource}"; add it to \`resources\``);
      } else if (!resources.get(resource)?.includes(name)) {
        complain(path, `resource "${resource}" has no scope "${name}"; add it to the resource's \`scopes\``);
      }
    }
  };

  options.users.forEach((user, index) => checkHolder(`users[${index}]`, user));
  options.applications.forEach((application, index) => {
    const path = `applications[${index}]`;
    checkHolder(path, application);
    const type = application.type ?? (application.secret ? 'Traditional' : 'SPA');
    const confidential = type === 'Traditional' || type === 'MachineToMachine';
    if (confidential && !application.secret) {
      complain(`${path}.secret`, `a ${type} application needs a secret; add one, or use type SPA or Native`);
    }
    if (!confidential && application.secret) {
      complain(`${path}.secret`, `a ${type} application has none; remove it, or use type Traditional`);
    }
  });
  options.roles.forEach((role, index) => checkScopes(`roles[${index}].scopes`, role.scopes));
  options.organizationTemplate.roles.forEach((role, index) => {
    const path = `organizationTemplate.roles[${index}]`;
    checkScopes(`${path}.resourceScopes`, role.resourceScopes);
    for (const scope of role.scopes.filter((name) => !options.organizationTemplate.scopes.includes(name))) {
      complain(`${path}.scopes`, `there is no "${scope}"; add it to \`organizationTemplate.scopes\``);
    }
  });
  if (options.endpoint && new URL(options.endpoint).pathname !== '/') {
    complain('endpoint', 'a path is not supported; give the origin alone');
  }
  return mistakes;
}
