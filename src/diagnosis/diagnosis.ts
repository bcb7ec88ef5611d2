import { Injectable } from '@nestjs/common';
import { ProviderFetch } from '../oidc/provider-fetch.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { ApplicationCheck } from './checks/application-check.js';
import { ClockCheck } from './checks/clock-check.js';
import { EndpointCheck } from './checks/endpoint-check.js';
import { FeaturesCheck } from './checks/features-check.js';
import type { LogtoCheck, ReachedLogto } from './checks/logto-check.js';
import { skipped, type LogtoDiagnosisCheck } from './checks/logto-diagnosis-check.js';
import { MachineCheck } from './checks/machine-check.js';
import { SessionCookieCheck } from './checks/session-cookie-check.js';
import { SessionStoreCheck } from './checks/session-store-check.js';
import { SignOutCheck } from './checks/sign-out-check.js';
import { SigningKeysCheck } from './checks/signing-keys-check.js';
import { toDiagnosis, type LogtoDiagnosis } from './logto-diagnosis.js';
import { messageOf } from '../message-of.js';
import { ProviderProbe } from './probe/provider-probe.js';

/** Checks the setup of the app and of its application at Logto, as far as that is possible without a browser. */
@Injectable()
export class Diagnosis {
  private readonly logtoChecks: readonly LogtoCheck[];

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly providerFetch: ProviderFetch,
    private readonly endpoint: EndpointCheck,
    private readonly sessionCookie: SessionCookieCheck,
    private readonly sessionStore: SessionStoreCheck,
    clock: ClockCheck,
    signingKeys: SigningKeysCheck,
    application: ApplicationCheck,
    signOut: SignOutCheck,
    machine: MachineCheck,
    features: FeaturesCheck,
  ) {
    this.logtoChecks = [clock, signingKeys, application, signOut, machine, features];
  }

  /**
   * Runs all checks.
   * @param signal ends the requests to Logto
   */
  async run(signal?: AbortSignal): Promise<LogtoDiagnosis> {
    const [ofLogto, ofStore] = await Promise.all([this.askLogto(signal), this.sessionStore.run()]);
    return toDiagnosis([...ofLogto, this.sessionCookie.run(), ofStore]);
  }

  private async askLogto(signal: AbortSignal | undefined): Promise<LogtoDiagnosisCheck[]> {
    const probe = new ProviderProbe(this.options, this.providerFetch, signal);
    const { check, metadata } = await this.endpoint.run(probe);
    if (!metadata) {
      const reason = 'The endpoint check failed.';
      return [check, ...this.logtoChecks.map(({ name }) => skipped(name, reason))];
    }
    const results = await Promise.all(this.logtoChecks.map((one) => runSafely(one, { probe, metadata })));
    return [check, ...results.flat()];
  }
}

/** Runs a check. It fails if the discovery document is not what the check expects. */
async function runSafely(check: LogtoCheck, logto: ReachedLogto): Promise<LogtoDiagnosisCheck[]> {
  try {
    return await check.run(logto);
  } catch (error) {
    const { name } = check;
    const answer = `the discovery document is malformed: ${messageOf(error)}`;
    const remedy = 'Check that `endpoint` is that of Logto, and that no proxy changes its responses.';
    return [{ name, status: 'failed', asked: 'The discovery document', answer, remedy }];
  }
}
