import { Injectable } from '@nestjs/common';
import { LogtoException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { OidcClient, type TokenTarget } from './oidc-client.js';
import { MachineClient } from './machine-client.js';

/** The only kind of token that Logto exchanges (RFC 8693 section 3). */
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';

/** What a token exchange asks for, and for whom. */
export interface TokenExchangeParameters extends TokenTarget {
  /** The token that stands for the user, made by Logto's Management API. Good for one exchange. */
  subjectToken: string;
  /**
   * An access token of whoever acts as the user, for the `act` claim: the opaque one that
   * `LogtoService.getAccessToken(request)` gives. Default: none, the token does not say who acts.
   */
  actorToken?: string;
  /** Scopes, space-separated. Logto gives only those that are asked for. Default: none. */
  scope?: string;
}

/** A token that lets the app act as a user. There is no refresh token to it. */
export interface ExchangedToken {
  accessToken: string;
  scopes: string[];
  /** When it expires, in milliseconds since 1970. */
  expiresAt: number;
}

/** Impersonation: the app acts as a user, with a subject token in place of a sign-in. */
@Injectable()
export class TokenExchange {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly client: OidcClient,
    private readonly machineClient: MachineClient,
  ) {}

  /**
   * Exchanges a subject token for an access token (RFC 8693).
   * @throws LogtoException `application_not_configured`, `invalid_grant` for a subject token that is unknown,
   * expired or used, another refusal of Logto's, or a transient one
   */
  async exchange(parameters: TokenExchangeParameters): Promise<ExchangedToken> {
    const { subjectToken, actorToken, resource, organizationId, scope } = parameters;
    const { accessToken, scopes, expiresAt } = await this.application().exchangeToken({
      subject_token: subjectToken,
      subject_token_type: accessTokenType,
      ...(actorToken !== undefined && { actor_token: actorToken, actor_token_type: accessTokenType }),
      ...(resource !== undefined && { resource }),
      ...(organizationId !== undefined && { organization_id: organizationId }),
      ...(scope !== undefined && { scope }),
    });
    return { accessToken, scopes, expiresAt };
  }
  /** The app's own application. One that only takes bearer tokens may have a machine-to-machine application. */
  private application(): OidcClient {
    const { credentials, machineToMachine } = this.options;
    if (credentials) return this.client;
    if (machineToMachine) return this.machineClient;
    throw new LogtoException(
      'application_not_configured',
      'Token exchange needs an application at Logto that may do it. Give its `appId` and `appSecret`.',
    );
  }
}
