import type { ServerMetadata } from 'openid-client';
import type { ProviderProbe } from '../probe/provider-probe.js';
import type { LogtoDiagnosisCheck } from './logto-diagnosis-check.js';

/** Logto, once its endpoint has responded. */
export interface ReachedLogto {
  readonly probe: ProviderProbe;
  /** The discovery document. */
  readonly metadata: ServerMetadata;
}

/** A check that sends requests to Logto, or reads its discovery document. */
export interface LogtoCheck {
  /** The name of the results. */
  readonly name: string;
  run(logto: ReachedLogto): Promise<LogtoDiagnosisCheck[]>;
}
