/** The fields of every operation's event. It never holds a token, a code, a state, a verifier, a cookie or a secret. */
export interface LogtoTrace {
  /**
   * Why it has failed: the `code` of the exception, else the `code` of the error, such as `ECONNREFUSED`, else its `name`.
   * Absent if it has succeeded.
   */
  code?: string;
  /** The exception, if it has failed. An error of another library is replaced by one without details. */
  error?: Error;
}

/** The user of an operation. */
interface SubjectTrace extends LogtoTrace {
  /** The user's ID at Logto. */
  sub: string;
  /** The ID of the session at Logto, if the ID token had one. */
  sid: string | undefined;
}

/** A sign-in starts. The user is not known yet. */
export type LogtoSignInTrace = LogtoTrace;

/** A browser comes back from Logto. */
export interface LogtoCallbackTrace extends LogtoTrace {
  /**
   * The user's ID at Logto, once the ID token is verified. Absent if the callback is repeated, and after a silent sign-in
   * that found no user.
   */
  sub?: string;
  /** The ID of the session at Logto. */
  sid?: string | undefined;
  /** Whether it has the outcome of an earlier callback with the same code. */
  isRepeated?: boolean;
}

/** Tokens are refreshed. */
export interface LogtoRefreshTrace extends SubjectTrace {
  /** The API resource that the access token is for. */
  resource?: string | undefined;
  /** The organization that the access token is for. */
  organizationId?: string | undefined;
}

/** A bearer token that is not in the cache is verified. */
export interface LogtoVerifyTokenTrace extends LogtoTrace {
  /** `opaque` tokens are introspected at Logto. */
  kind: 'jwt' | 'opaque';
  /** The user's ID at Logto, or the ID of a machine-to-machine application. Only for a valid token. */
  sub?: string;
  /** The application that the token was issued to. Only for a valid token. */
  clientId?: string | undefined;
}

/** Claims that are too old for a guard are refreshed. */
export interface LogtoRevalidateTrace extends SubjectTrace {
  /** Whether the claims are fresh now. `false`: the old claims stay valid. */
  isRefreshed?: boolean;
}

/** A user is signed out. */
export interface LogtoSignOutTrace extends LogtoTrace {
  /** `user`: by the user in this app. `back_channel`: by a logout token of Logto. */
  trigger: 'user' | 'back_channel';
  /** The user's ID at Logto. Absent for an anonymous request. */
  sub?: string | undefined;
  /** The ID of the session at Logto. */
  sid?: string | undefined;
}

/** A webhook of Logto arrives. */
export interface LogtoWebhookTrace extends LogtoTrace {
  /** The name of the event, such as `User.Deleted`. Only if the signature is valid. */
  event?: string;
}

/** A request to Logto. */
export interface LogtoProviderRequestTrace extends LogtoTrace {
  /** The HTTP method. */
  method: string;
  /** The host name that the request is sent to: that of `http.internalEndpoint`, if there is one. */
  host: string;
  /** The port. */
  port: number;
  /** The path, without its query. */
  path: string;
  /** The `grant_type` of a token request. */
  grantType?: string;
  /** The status of the response. A response with an error status is not a failure of the request. */
  status?: number;
}

/** The tracing channels and their events. */
export interface LogtoTraces {
  /** A sign-in starts: from the request until the URL at Logto is known. */
  'nestjs-logto:sign-in': LogtoSignInTrace;
  /** A browser comes back from Logto: the code is exchanged, and the session starts. */
  'nestjs-logto:callback': LogtoCallbackTrace;
  /** A refresh grant, until its tokens are stored. Requests that share a refresh share the event. */
  'nestjs-logto:refresh': LogtoRefreshTrace;
  /** A bearer token that is not in the cache is verified. */
  'nestjs-logto:verify-token': LogtoVerifyTokenTrace;
  /** Claims that are older than `revalidateAfter` are refreshed before a guard uses them. */
  'nestjs-logto:revalidate': LogtoRevalidateTrace;
  /** A user signs out, or Logto sends a logout token. */
  'nestjs-logto:sign-out': LogtoSignOutTrace;
  /** A webhook arrives, until its handlers have finished. */
  'nestjs-logto:webhook': LogtoWebhookTrace;
  /** A request to Logto, until its response is read. */
  'nestjs-logto:provider-request': LogtoProviderRequestTrace;
}
