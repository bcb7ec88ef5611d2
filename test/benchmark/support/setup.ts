/** The session store of a contender. */
export type StoreSetup = { kind: 'memory' } | { kind: 'redis'; url: string };

/** The settings that a contender starts with. */
export interface ContenderSetup {
  readonly port: number;
  readonly baseUrl: string;
  /** The address of the emulator. */
  readonly endpoint: string;
  readonly store: StoreSetup;
  /** The API resources that a sign-in requests. */
  readonly resources: readonly string[];
}

/** The application and the secrets that all contenders share. */
export const application = { id: 'app', secret: 'the-application-secret-of-the-benchmark' } as const;
export const sessionSecret = 'the-session-secret-of-the-benchmark-0123456789';
export const encryptionKey = 'the-encryption-key-of-the-benchmark-0123456789';

/** The application that gets the access tokens for the bearer contenders. */
export const machine = { id: 'machine', secret: 'the-machine-secret-of-the-benchmark' } as const;

/** The API that bearer tokens are for. */
export const audience = 'https://api.example.com';

/** The API resources of the tenant, in addition to {@link audience}. */
export const resources: readonly string[] = Array.from(
  { length: 50 },
  (_, index) => `https://api-${index + 1}.example.com`,
);

/** An API resource whose tokens expire after two seconds. */
export const shortLived = { indicator: 'https://short-lived.example.com', lifetime: 2 } as const;

/** The user who signs in to all contenders. */
export const username = 'ada';
