import { Injectable } from '@nestjs/common';
import { formatAnswer } from '../probe/probe-answer.js';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import { consoleApplication, retryRemedy } from './application-remedies.js';
import type { LogtoCheck, ReachedLogto } from './logto-check.js';
import { skipped, skippedWithoutSignIn, type LogtoDiagnosisCheck } from './logto-diagnosis-check.js';

/** Checks that the post sign-out URI is registered: Logto shows no sign-out page for another one. */
@Injectable()
export class SignOutCheck implements LogtoCheck {
  readonly name = 'Post sign-out URI';

  constructor(private readonly options: ResolvedLogtoOptions) {}

  async run({ probe, metadata }: ReachedLogto): Promise<LogtoDiagnosisCheck[]> {
    const { client, postSignOutRedirectUri: uri } = this.options;
    const { end_session_endpoint: endpoint } = metadata;
    if (!client) return [skippedWithoutSignIn(this.name)];
    if (endpoint === undefined) return [skipped(this.name, 'This Logto has no end session endpoint.')];
    const answer = await probe.endSession(metadata, client, uri);
    if (answer.error === 'invalid_client')
      return [skipped(this.name, 'Logto did not accept the application.')];
    const base = { name: this.name, asked: `GET ${endpoint} with the post sign-out URI ${uri}` };
    if (answer.status !== undefined && answer.status < 400)
      return [{ ...base, status: 'ok', answer: 'registered' }];
    const remedy =
      answer.status === 400
        ? `Add ${uri} in ${consoleApplication} > Post sign-out redirect URIs, with exactly this spelling.`
        : retryRemedy;
    return [{ ...base, status: 'failed', answer: formatAnswer(answer), remedy }];
  }
}
