import { Injectable } from '@nestjs/common';
import { genericGrantRequest } from 'openid-client';
import { LogtoException } from '../logto.exceptions.js';
import { type ResolvedCredentials, ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { ProviderRequests } from './provider-requests.js';
import { targetParameters, type TokenTarget } from './token-target.js';
import { toTokenSet } from './token-set.js';

const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** The only kind of token that Logto exchanges (RFC 8693 section 3). */
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';

/** Parameters of a token exchange. */
export interface TokenExchangeParameters extends TokenTarget {
  /** A token for the user, from Logto's Management API. It can be exchanged once. */
  subjectToken: string;
  /**
   * An access token of the user who acts, for the `act` claim: the opaque one of `LogtoService.getAccessToken(request)`.
   * Default: none.
   */
  actorToken?: string;
  /** The indicator of an API resource. Default: none. */
  readonly resource?: string | undefined;
  /** The ID of an organization that the user is a member of. Default: none. */
  readonly organizationId?: string | undefined;
  /** The scopes to request, separated by spaces. Default: none. */
  scope?: string;
}

/** A token with which the app acts as a user. It cannot be refreshed. */
export interface ExchangedToken {
  accessToken: string;
  scopes: string[];
  /** When it expires, in milliseconds since 1970. */
  expiresAt: number;
}

/** Impersonation: exchanges a subject token for an access token of its user. */
@Injectable()
export class TokenExchange {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly requests: ProviderRequests,
  ) {}

  /**
   * Exchanges a subject token for an access token (RFC 8693).
   * @throws LogtoException `application_not_configured`, `invalid_grant` for a subject token that is unknown,
   * expired or used, another error of Logto, or a transient one
   */
  async exchange(parameters: TokenExchangeParameters): Promise<ExchangedToken> {
    const { subjectToken, actorToken, scope } = parameters;
    const form = {
      subject_token: subjectToken,
      subject_token_type: accessTokenType,
      ...(actorToken !== undefined && { actor_token: actorToken, actor_token_type: accessTokenType }),
      ...targetParameters(parameters, scope),
    };
    const { accessToken, scopes, expiresAt } = await this.requests.run(
      'token exchange',
      async (configuration) => toTokenSet(await genericGrantRequest(configuration, grantType, form)),
      this.application(),
    );
    return { accessToken, scopes, expiresAt };
  }

  /** The application that signs users in, else the machine-to-machine application. */
  private application(): ResolvedCredentials {
    const { credentials, machineToMachine } = this.options;
    const application = credentials ?? machineToMachine;
    if (application) return application;
    throw new LogtoException(
      'application_not_configured',
      'Token exchange needs an application for which it is allowed in Logto Console. Set its `appId` and `appSecret`.',
    );
  }
}
