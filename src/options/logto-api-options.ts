/** Bearer access tokens: what `LogtoApiGuard` accepts. */
export interface LogtoApiOptions {
  /** The API resource, or resources, that a token must be issued for. */
  audience: string | string[];
  /** The cache of verified tokens: its size, or `false` for none. Default: `{ max: 10_000 }`. */
  cache?: { max: number } | false;
  /** Accept opaque tokens of these clients, by introspection (RFC 7662). Default: opaque tokens are rejected. */
  introspection?: { clientIds: string[] };
  /**
   * Serve protected resource metadata (RFC 9728), at `/.well-known/oauth-protected-resource` followed by the path of the
   * audience. MCP clients find the authorization server with it. Every audience that is a URL has its own document. If
   * several have the same path, only the first has one. Default: no metadata.
   */
  metadata?: true | LogtoResourceMetadataOptions;
}

/** Members of the protected resource metadata of an API, besides those that the module adds itself. */
export interface LogtoResourceMetadataOptions {
  /** The name of the API, for users: `resource_name`. Default: none. */
  resourceName?: string;
  /** The URL of the documentation for client developers: `resource_documentation`. Default: none. */
  documentation?: string;
  /** The URL of the policy on how clients may use the data: `resource_policy_uri`. Default: none. */
  policyUri?: string;
  /** The URL of the terms of service: `resource_tos_uri`. Default: none. */
  tosUri?: string;
}
