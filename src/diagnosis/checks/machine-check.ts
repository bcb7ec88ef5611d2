import { Injectable } from '@nestjs/common';
import { formatAnswer, type ProbeAnswer } from '../probe/probe-answer.js';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import { retryRemedy } from './application-remedies.js';
import type { LogtoCheck, ReachedLogto } from './logto-check.js';
import { skipped, type LogtoDiagnosisCheck } from './logto-diagnosis-check.js';

/** Logto's response to the request for a token of the Management API. */
interface MachineAnswer extends ProbeAnswer {
  readonly scopes: readonly string[];
}

/** Checks the machine-to-machine application, and whether it may call the Management API, by one token request. */
@Injectable()
export class MachineCheck implements LogtoCheck {
  readonly name = 'Machine-to-machine';

  constructor(private readonly options: ResolvedLogtoOptions) {}

  async run({ probe, metadata }: ReachedLogto): Promise<LogtoDiagnosisCheck[]> {
    const { machineToMachine, management } = this.options;
    if (!machineToMachine) return [skipped(this.name, 'There is no `machineToMachine` in the options.')];
    const { resource } = management;
    const answer = await probe.clientCredentials(metadata, machineToMachine, { resource, scope: 'all' });
    const asked = `POST ${metadata.token_endpoint} with client credentials of ${machineToMachine.appId}`;
    const isAccepted = answer.status === 200 || answer.error === 'invalid_target';
    if (!isAccepted) {
      return [
        { name: this.name, status: 'failed', asked, answer: formatAnswer(answer), remedy: remedyFor(answer) },
        skipped(managementApi, 'Logto did not accept the machine-to-machine application.'),
      ];
    }
    return [
      { name: this.name, status: 'ok', asked, answer: 'Logto accepts it' },
      accessResult(answer, resource, `${asked} for ${resource}`),
    ];
  }
}

const managementApi = 'Management API';

/** The result for access to the Management API. Only a warning, because the application may be for your own APIs. */
function accessResult(answer: MachineAnswer, resource: string, asked: string): LogtoDiagnosisCheck {
  const base = { name: managementApi, asked };
  if (answer.status !== 200) {
    const remedy =
      `Logto does not know ${resource}. If \`endpoint\` is a custom domain of Logto Cloud, set \`management: { ` +
      "resource: 'https://<tenant>.logto.app/api' }`. Ignore this if you do not call the Management API.";
    return { ...base, status: 'warning', answer: formatAnswer(answer), remedy };
  }
  if (answer.scopes.includes('all')) return { ...base, status: 'ok', answer: 'a token with the scope all' };
  const remedy =
    'Assign a role with access to the Management API to the application in Logto Console > Applications > the ' +
    'machine-to-machine application > Roles. Ignore this if you do not call the Management API.';
  return { ...base, status: 'warning', answer: 'a token without the scope all', remedy };
}

function remedyFor({ status, error }: ProbeAnswer): string {
  if (status === undefined || status >= 500) return retryRemedy;
  const copy = 'from Logto Console > Applications > the machine-to-machine application';
  if (error === 'invalid_client')
    return status === 401
      ? `Copy \`machineToMachine.appSecret\` ${copy}.`
      : `Copy \`machineToMachine.appId\` ${copy}.`;
  return 'Create an application of the type machine-to-machine in Logto Console > Applications: no other may use client credentials.';
}
