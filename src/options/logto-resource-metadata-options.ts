/** What the protected resource metadata of an API says about it, besides what the module knows. */
export interface LogtoResourceMetadataOptions {
  /** The name of the API, for users: `resource_name`. Default: none. */
  resourceName?: string;
  /** The URL of the documentation for developers of clients: `resource_documentation`. Default: none. */
  documentation?: string;
  /** The URL of the rules for the use of the data: `resource_policy_uri`. Default: none. */
  policyUri?: string;
  /** The URL of the terms of service: `resource_tos_uri`. Default: none. */
  tosUri?: string;
}
