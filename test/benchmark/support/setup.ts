/** Where the sessions of a contender are. */
export type StoreSetup = { kind: 'memory' } | { kind: 'redis'; url: string };

/** What a contender is started with. */
export interface ContenderSetup {
  readonly port: number;
  readonly baseUrl: string;
  /** Where the stand-in for Logto is. */
  readonly endpoint: string;
  readonly store: StoreSetup;
  /** The API resources that a sign-in asks for. */
  readonly resources: readonly string[];
}

/** The application that everybody signs in with, and the secret of their sessions. */
export const application = { id: 'app', secret: 'the-application-secret-of-the-benchmark' } as const;
export const sessionSecret = 'the-session-secret-of-the-benchmark-0123456789';

/** The application whose access tokens the bearer contenders are sent. */
export const machine = { id: 'machine', secret: 'the-machine-secret-of-the-benchmark' } as const;

/** The API that bearer tokens are for. */
export const audience = 'https://api.example.com';

/** The API resources of the tenant, beside {@link audience}. */
export const resources: readonly string[] = Array.from(
  { length: 50 },
  (_, index) => `https://api-${index + 1}.example.com`,
);

/** An API resource whose tokens live for two seconds only. */
export const shortLived = { indicator: 'https://short-lived.example.com', lifetime: 2 } as const;

/** The user who signs in everywhere. */
export const username = 'ada';
