import { Injectable } from '@nestjs/common';
import { authorizationParameters } from '../../oidc/authorization-parameters.js';
import { formatAnswer, type ProbeAnswer } from '../probe/probe-answer.js';
import { ReservedResource } from '../../options/logto-constants.js';
import { type ResolvedClientOptions, ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import { signInCallbackUri } from '../../request/sign-in-callback-uri.js';
import type { LogtoCheck, ReachedLogto } from './logto-check.js';
import { skipped, skippedWithoutSignIn, type LogtoDiagnosisCheck } from './logto-diagnosis-check.js';
import { redirectUriResult, type RejectedPart } from './redirect-uri-result.js';
import { requestRemedy, secretRemedy, unknownApplicationRemedy } from './application-remedies.js';

/**
 * Checks the application, its secret, the redirect URI and each resource, by pushed authorization requests (RFC 9126).
 * Logto checks them in this order, and responds with the first mistake.
 */
@Injectable()
export class ApplicationCheck implements LogtoCheck {
  readonly name = 'Application';

  constructor(private readonly options: ResolvedLogtoOptions) {}

  async run(logto: ReachedLogto): Promise<LogtoDiagnosisCheck[]> {
    const { client } = this.options;
    if (!client) return [skippedWithoutSignIn(this.name)];
    const endpoint = logto.metadata.pushed_authorization_request_endpoint;
    if (typeof endpoint !== 'string')
      return [
        skipped(this.name, 'This Logto does not support pushed authorization requests. Sign in to check.'),
      ];
    const answer = await this.push(logto, client, []);
    const rejected = rejectedPart(answer);
    const resources = this.options.resources.filter((one) => one !== ReservedResource.Organization);
    return [
      this.applicationResult(rejected, answer, `POST ${endpoint} for the application ${client.appId}`),
      this.secretResult(rejected, answer, client, `POST ${endpoint} with the secret of ${client.appId}`),
      redirectUriResult(this.redirectUri(client), this.options.authRoutes, { rejected, answer, endpoint }),
      ...(await Promise.all(
        resources.map((resource) => this.resourceResult(logto, client, resource, rejected, endpoint)),
      )),
    ];
  }

  private applicationResult(
    rejected: RejectedPart | undefined,
    answer: ProbeAnswer,
    asked: string,
  ): LogtoDiagnosisCheck {
    const base = { name: this.name, asked };
    if (rejected !== 'application') return { ...base, status: 'ok', answer: 'Logto knows it' };
    const remedy =
      answer.error === 'invalid_client' ? unknownApplicationRemedy(this.options) : requestRemedy(answer);
    return { ...base, status: 'failed', answer: formatAnswer(answer), remedy };
  }

  private secretResult(
    rejected: RejectedPart | undefined,
    answer: ProbeAnswer,
    { appSecret }: ResolvedClientOptions,
    asked: string,
  ): LogtoDiagnosisCheck {
    const name = 'Application secret';
    if (rejected === 'secret') {
      const remedy = secretRemedy(appSecret !== undefined);
      return { name, status: 'failed', asked, answer: formatAnswer(answer), remedy };
    }
    if (appSecret === undefined) return skipped(name, 'There is no `appSecret`: the app is a public client.');
    if (rejected === 'application') return skipped(name, 'The application was not accepted.');
    return { name, status: 'ok', asked, answer: 'Logto accepts it' };
  }

  private async resourceResult(
    logto: ReachedLogto,
    client: ResolvedClientOptions,
    resource: string,
    rejected: RejectedPart | undefined,
    endpoint: string,
  ): Promise<LogtoDiagnosisCheck> {
    const name = `API resource ${resource}`;
    if (rejected) return skipped(name, `Logto did not accept the ${rejected}.`);
    const base = { name, asked: `POST ${endpoint} with the resource ${resource}` };
    const answer = await this.push(logto, client, [resource]);
    if (answer.status === 201) return { ...base, status: 'ok', answer: 'Logto knows it' };
    const remedy =
      answer.error === 'invalid_target'
        ? `Create it in Logto Console > API resources, with exactly this API identifier, or remove it from \`resources\`.`
        : requestRemedy(answer);
    return { ...base, status: 'failed', answer: formatAnswer(answer), remedy };
  }

  /** Sends the authorization request of a sign-in. */
  private push(
    { probe, metadata }: ReachedLogto,
    client: ResolvedClientOptions,
    resources: string[],
  ): Promise<ProbeAnswer> {
    const { signInOptions } = this.options;
    const parameters = authorizationParameters({ ...this.options, resources }, signInOptions);
    parameters.set('redirect_uri', this.redirectUri(client));
    return probe.pushAuthorizationRequest(metadata, client, parameters);
  }

  private redirectUri({ baseUrl }: ResolvedClientOptions): string {
    return signInCallbackUri(baseUrl, this.options.authRoutesPrefix);
  }
}

/** The part of the request that Logto rejected, if any. */
function rejectedPart({ status, error, description }: ProbeAnswer): RejectedPart | undefined {
  if (status === 201) return undefined;
  if (status === 401) return 'secret';
  return error === 'invalid_request' && description?.includes('redirect_uri')
    ? 'redirect URI'
    : 'application';
}
