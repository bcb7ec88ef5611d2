import { createHash, randomBytes } from 'node:crypto';

import { LogtoEmulatorError } from '../logto-emulator-error.js';
import { applicationMistakes, membershipMistakes } from '../options/find-mistakes.js';
import { applicationSchema, userSchema, type ResolvedOptions } from '../options/logto-emulator-schema.js';
import { parseOrThrow, throwMistakes } from '../options/resolve-options.js';
import type {
  EmulatorApplication,
  EmulatorApplicationType,
  EmulatorUser,
} from '../options/tenant-options.js';
import { plainCopy } from '../plain-copy.js';
import { identifierKinds, type IdentifierKind } from './identifier-kind.js';
import { isDocumentUrl } from './is-document-url.js';
import { organizationResource, Permissions } from './permissions.js';

type ResolvedUser = ResolvedOptions['users'][number];

export interface TenantUser extends ResolvedUser {
  id: string;
  /** When the user was created, in milliseconds since 1970. */
  createdAt: number;
  /** When the user was last changed, in milliseconds since 1970. */
  updatedAt: number;
  /** When the user last signed in, in milliseconds since 1970. */
  lastSignInAt: number | null;
  /** The application that the user first signed in to. */
  applicationId: string | null;
}

export type TenantApplication = ResolvedOptions['applications'][number] & { type: EmulatorApplicationType };

export type TenantOrganization = ResolvedOptions['organizations'][number];

/** The data of the emulated tenant: users, applications, resources, roles, organizations. No tokens or sessions. */
export class Tenant {
  readonly users = new Map<string, TenantUser>();
  readonly applications = new Map<string, TenantApplication>();
  readonly permissions: Permissions;

  /** The organizations that a user gave a third-party application access to, by `userId:applicationId`. */
  readonly consentedOrganizations = new Map<string, Set<string>>();

  constructor(private readonly options: ResolvedOptions) {
    this.permissions = new Permissions(options);
    for (const user of options.users) {
      this.insertUser(user);
    }
    for (const application of options.applications) {
      this.insertApplication(application);
    }
  }

  addUser(user: EmulatorUser): TenantUser {
    const added = parseOrThrow(userSchema, user);
    const isTaken = [...this.users.values()].some(
      ({ id, username }) => id === added.id || username === added.username,
    );
    throwMistakes([
      ...membershipMistakes('', added, this.options),
      ...(isTaken
        ? [`\`username\`: the user "${added.username}" already exists; choose another username and id`]
        : []),
    ]);
    return this.insertUser(added);
  }

  /** Creates the account of a user who signs up. */
  register(user: Partial<ResolvedUser>): TenantUser {
    const username = user.username ?? `user_${randomBytes(4).toString('hex')}`;
    return this.insertUser(userSchema.parse({ ...user, username }));
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
    throwMistakes(membershipMistakes('', changed, this.options));
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
    throwMistakes(applicationMistakes('', parsed, this.options));
    this.insertApplication(parsed);
  }

  /**
   * The registered application with an id. For the URL of a client ID metadata document, a third-party application without
   * a secret, as in Logto.
   */
  application(id: string): TenantApplication | undefined {
    const isDocument = this.options.clientIdMetadataDocuments && isDocumentUrl(id);
    return (
      this.applications.get(id) ??
      (isDocument
        ? { ...applicationSchema.parse({ id, redirectUris: [], isThirdParty: true }), type: 'SPA' }
        : undefined)
    );
  }

  getUser(idOrUsername: string): TenantUser {
    const user = this.users.get(idOrUsername) ?? this.findByIdentifier(idOrUsername);
    if (!user) {
      const usernames = [...this.users.values()].map(({ username }) => username).join(', ') || 'none';
      throw new LogtoEmulatorError(
        'not_found',
        `There is no user "${idOrUsername}". Known users: ${usernames}.`,
      );
    }
    return user;
  }

  /** Finds a user by a username, e-mail address or phone number, limited to `kinds`. */
  findByIdentifier(
    identifier: string,
    kinds: readonly IdentifierKind[] = identifierKinds,
  ): TenantUser | undefined {
    const value = identifier.trim();
    return [...this.users.values()].find(
      (user) =>
        (kinds.includes('username') && user.username === value) ||
        (kinds.includes('email') && user.primaryEmail?.toLowerCase() === value.toLowerCase()) ||
        (kinds.includes('phone') && user.primaryPhone === value),
    );
  }

  resource(indicator: string): { indicator: string; accessTokenTtl: number } | undefined {
    const { accessToken } = this.options.ttl;
    if (indicator === organizationResource) return { indicator, accessTokenTtl: accessToken };
    const resource = this.options.resources.find((one) => one.indicator === indicator);
    return resource && { indicator, accessTokenTtl: resource.accessTokenTtl ?? accessToken };
  }

  organization(id: string): TenantOrganization | undefined {
    return this.options.organizations.find((organization) => organization.id === id);
  }

  private insertUser(user: ResolvedUser): TenantUser {
    const now = Date.now();
    const inserted: TenantUser = {
      ...plainCopy(user),
      id: user.id ?? createHash('sha256').update(user.username).digest('hex').slice(0, 12),
      createdAt: now,
      updatedAt: now,
      lastSignInAt: null,
      applicationId: null,
    };
    this.users.set(inserted.id, inserted);
    return inserted;
  }

  private insertApplication(application: ResolvedOptions['applications'][number]): void {
    this.applications.set(application.id, {
      ...plainCopy(application),
      type: application.type ?? (application.secret ? 'Traditional' : 'SPA'),
    });
  }
}
