/** A session of this app, or a bearer access token (RFC 6750). */
export type Credential = 'session' | 'bearer';
