import { createHash, randomBytes } from 'node:crypto';

import { checkApplication, checkHolder } from '../options/cross-check.js';
import { LogtoEmulatorError } from '../logto-emulator-error.js';
import type {
  EmulatorApplication,
  EmulatorApplicationType,
  EmulatorUser,
} from '../options/tenant-options.js';
import { applicationSchema, userSchema, type ResolvedOptions } from '../options/logto-emulator-schema.js';
import { plainCopy } from '../plain-copy.js';
import { parseOrThrow, throwMistakes } from '../options/resolve-options.js';
import { organizationResource, Permissions } from './permissions.js';

type ResolvedUser = ResolvedOptions['users'][number];

/** A user as the tenant keeps it. */
export interface TenantUser extends ResolvedUser {
  id: string;
  /** Milliseconds, as all of Logto's own times. */
  createdAt: number;
  updatedAt: number;
  lastSignInAt: number | null;
  /** The application that the person first signed in to. */
  applicationId: string | null;
}

/** An application as the tenant keeps it. */
export type TenantApplication = ResolvedOptions['applications'][number] & { type: EmulatorApplicationType };

export type TenantOrganization = ResolvedOptions['organizations'][number];

/** What the emulated tenant knows: users, applications, resources, roles, organizations. No tokens, no sessions. */
export class Tenant {
  readonly users = new Map<string, TenantUser>();
  readonly applications = new Map<string, TenantApplication>();
  readonly permissions: Permissions;

  /** Organizations that a person has let a third-party application into, by `userId:applicationId`. */
  readonly consentedOrganizations = new Map<string, Set<string>>();

  constructor(private readonly options: ResolvedOptions) {
    this.permissions = new Permissions(options);
    for (const user of options.users) {
      this.keepUser(user);
    }
    for (const application of options.applications) {
      this.applications.set(application.id, withType(application));
    }
  }

  addUser(user: EmulatorUser): TenantUser {
    const added = parseOrThrow(userSchema, user);
    const taken = [...this.users.values()].some(
      ({ id, username }) => id === added.id || username === added.username,
    );
    throwMistakes([
      ...checkHolder('', added, this.options),
      ...(taken
        ? [`\`username\`: there is a user "${added.username}" already; choose another name and id`]
        : []),
    ]);
    return this.keepUser(added);
  }

  /** Someone who signs up has no more than what the form asked for. */
  register(user: Partial<ResolvedUser>): TenantUser {
    const username = user.username ?? `user_${randomBytes(4).toString('hex')}`;
    return this.keepUser(userSchema.parse({ ...user, username }));
  }

  updateUser(idOrUsername: string, patch: Partial<EmulatorUser>): TenantUser {
    const {
      createdAt,
      lastSignInAt,
      applicationId,
      updatedAt: _updatedAt,
      ...user
    } = this.getUser(idOrUsername);
    const changed = parseOrThrow(userSchema, { ...user, ...patch, id: user.id });
    throwMistakes(checkHolder('', changed, this.options));
    const updated = {
      ...plainCopy(changed),
      id: user.id,
      createdAt,
      lastSignInAt,
      applicationId,
      updatedAt: Date.now(),
    };
    this.users.set(user.id, updated);
    return updated;
  }

  setApplication(application: EmulatorApplication): void {
    const parsed = parseOrThrow(applicationSchema, application);
    throwMistakes(checkApplication('', parsed, this.options));
    this.applications.set(parsed.id, withType(parsed));
  }

  getUser(idOrUsername: string): TenantUser {
    const user = this.users.get(idOrUsername) ?? this.findByIdentifier(idOrUsername);
    if (!user) {
      const known = [...this.users.values()].map(({ username }) => username).join(', ') || 'none';
      throw new LogtoEmulatorError('not_found', `There is no user "${idOrUsername}". Known users: ${known}.`);
    }
    return user;
  }

  /** By what a person types: username, e-mail address or phone number, of the kinds that are asked for. */
  findByIdentifier(
    typed: string,
    kinds: readonly ('username' | 'email' | 'phone')[] = ['username', 'email', 'phone'],
  ): TenantUser | undefined {
    const wanted = typed.trim();
    return [...this.users.values()].find(
      (user) =>
        (kinds.includes('username') && user.username === wanted) ||
        (kinds.includes('email') && user.primaryEmail?.toLowerCase() === wanted.toLowerCase()) ||
        (kinds.includes('phone') && user.primaryPhone === wanted),
    );
  }

  resource(indicator: string): { indicator: string; accessTokenTtl: number } | undefined {
    if (indicator === organizationResource) {
      return { indicator, accessTokenTtl: this.options.ttl.accessToken };
    }
    const resource = this.options.resources.find((one) => one.indicator === indicator);
    return resource && { indicator, accessTokenTtl: resource.accessTokenTtl ?? this.options.ttl.accessToken };
  }

  organization(id: string): TenantOrganization | undefined {
    return this.options.organizations.find((organization) => organization.id === id);
  }

  /** Adds a user who was checked already. */
  private keepUser(user: ResolvedUser): TenantUser {
    const now = Date.now();
    const kept: TenantUser = {
      ...plainCopy(user),
      id: user.id ?? createHash('sha256').update(user.username).digest('hex').slice(0, 12),
      createdAt: now,
      updatedAt: now,
      lastSignInAt: null,
      applicationId: null,
    };
    this.users.set(kept.id, kept);
    return kept;
  }
}

function withType(application: ResolvedOptions['applications'][number]): TenantApplication {
  return {
    ...plainCopy(application),
    type: application.type ?? (application.secret ? 'Traditional' : 'SPA'),
  };
}
