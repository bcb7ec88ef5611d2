import { Injectable } from '@nestjs/common';
import type { ServerMetadata } from 'openid-client';
import { UserScope } from '../../options/logto-constants.js';
import type { LogtoCheck, ReachedLogto } from './logto-check.js';
import type { LogtoDiagnosisCheck } from './logto-diagnosis-check.js';

/** A feature of the module that depends on Logto's version. */
interface Feature {
  readonly name: string;
  /** The first version of Logto that has it. */
  readonly since?: string;
  readonly isSupported: (metadata: ServerMetadata) => boolean;
}

const features: readonly Feature[] = [
  {
    name: 'back-channel logout',
    isSupported: (metadata) => metadata['backchannel_logout_session_supported'] === true,
  },
  {
    name: 'pushed authorization requests',
    isSupported: (metadata) => metadata.pushed_authorization_request_endpoint !== undefined,
  },
  { name: 'revocation', isSupported: (metadata) => metadata.revocation_endpoint !== undefined },
  { name: 'introspection', isSupported: (metadata) => metadata.introspection_endpoint !== undefined },
  {
    name: 'token exchange',
    isSupported: (metadata) =>
      (metadata.grant_types_supported ?? []).includes('urn:ietf:params:oauth:grant-type:token-exchange'),
  },
  {
    name: 'organizations',
    isSupported: (metadata) => (metadata.scopes_supported ?? []).includes(UserScope.Organizations),
  },
  {
    name: 'step-up authentication',
    since: '1.46',
    isSupported: (metadata) => metadata['acr_values_supported'] !== undefined,
  },
];

/** Lists which features of the module this Logto supports, by its discovery document. */
@Injectable()
export class FeaturesCheck implements LogtoCheck {
  readonly name = 'Features of this Logto';

  async run({ metadata }: ReachedLogto): Promise<LogtoDiagnosisCheck[]> {
    const supported = features.filter(({ isSupported }) => isSupported(metadata));
    const missing = features.filter((feature) => !supported.includes(feature));
    const answer = [
      supported.map(({ name }) => name).join(', '),
      ...missing.map(
        ({ name, since }) => `no ${name}${since === undefined ? '' : ` (requires Logto ${since})`}`,
      ),
    ].join('; ');
    return [{ name: this.name, status: 'ok', asked: 'The discovery document', answer }];
  }
}
