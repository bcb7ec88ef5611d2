import { Injectable } from '@nestjs/common';
import type { ServerMetadata } from 'openid-client';
import { formatAnswer } from '../probe/probe-answer.js';
import type { DocumentAnswer, ProviderProbe } from '../probe/provider-probe.js';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import type { LogtoDiagnosisCheck } from './logto-diagnosis-check.js';

/** The result, with the discovery document if the check has passed. */
export interface EndpointResult {
  readonly check: LogtoDiagnosisCheck;
  readonly metadata: ServerMetadata | undefined;
}

/** Checks that Logto responds at `endpoint`, as the issuer that the app expects. */
@Injectable()
export class EndpointCheck {
  constructor(private readonly options: ResolvedLogtoOptions) {}

  async run(probe: ProviderProbe): Promise<EndpointResult> {
    const { issuer, http } = this.options;
    const url = `${issuer}/.well-known/openid-configuration`;
    const through = http.internalOrigin === undefined ? '' : `, through ${http.internalOrigin}`;
    const base = { name: 'Endpoint', asked: `GET ${url}${through}` };
    const response = await probe.get(url);
    const found = issuerIn(response);
    if (found === issuer) {
      const check = { ...base, status: 'ok', answer: `200, the issuer is ${issuer}` } as const;
      return { check, metadata: response.json as ServerMetadata };
    }
    const answer = found === undefined ? this.describe(response) : `200, but the issuer is ${found}`;
    const remedy = found === undefined ? this.remedyFor(response) : this.remedyForIssuer(found);
    return { check: { ...base, status: 'failed', answer, remedy }, metadata: undefined };
  }

  private describe(response: DocumentAnswer): string {
    const { status, location } = response;
    if (status === 200) return '200, but no discovery document';
    return location === undefined ? formatAnswer(response) : `${status}, a redirect to ${location}`;
  }

  private remedyFor({ status, reason, location }: DocumentAnswer): string {
    const { endpoint, http } = this.options;
    if (reason === 'tls') {
      return `The server does not support https:. If Logto has no certificate, set \`endpoint\` to ${endpoint.replace('https:', 'http:')}.`;
    }
    if (reason === 'certificate') {
      return 'Make Node trust the certificate authority: NODE_EXTRA_CA_CERTS=ca.pem.';
    }
    if (status === undefined) {
      return http.internalOrigin === undefined
        ? 'Start Logto, or set `endpoint` to its URL. In a container, "localhost" is the container: set ' +
            '`http.internalEndpoint` to the URL at which this server reaches Logto.'
        : `Start Logto, or set \`http.internalEndpoint\` to where this server reaches it.`;
    }
    if (location !== undefined) {
      return `Set \`endpoint\` to the URL that does not redirect: ${endpointOf(location, endpoint)}.`;
    }
    return status >= 500
      ? "Logto or the proxy in front of it fails. Check Logto's logs."
      : 'This is not Logto. Set `endpoint` to the one shown in Logto Console > Applications > your application, ' +
          'without a path.';
  }

  private remedyForIssuer(issuer: string): string {
    const endpoint = issuer.replace(/\/oidc\/?$/, '');
    return (
      `Set \`endpoint\` to ${endpoint}. If that is not Logto's URL in a browser, set ENDPOINT of your ` +
      `self-hosted Logto to ${this.options.endpoint}.`
    );
  }
}

function issuerIn({ status, json }: DocumentAnswer): string | undefined {
  if (status !== 200 || typeof json !== 'object' || json === null || !('issuer' in json)) return undefined;
  return typeof json.issuer === 'string' ? json.issuer : undefined;
}

/** The endpoint that a redirect leads to. */
function endpointOf(location: string, endpoint: string): string {
  return URL.canParse(location, endpoint) ? new URL(location, endpoint).origin : location;
}
