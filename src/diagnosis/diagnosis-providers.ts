import type { Type } from '@nestjs/common';
import { ApplicationCheck } from './checks/application-check.js';
import { ClockCheck } from './checks/clock-check.js';
import { Diagnosis } from './diagnosis.js';
import { EndpointCheck } from './checks/endpoint-check.js';
import { FeaturesCheck } from './checks/features-check.js';
import { MachineCheck } from './checks/machine-check.js';
import { SessionCookieCheck } from './checks/session-cookie-check.js';
import { SessionStoreCheck } from './checks/session-store-check.js';
import { SignOutCheck } from './checks/sign-out-check.js';
import { SigningKeysCheck } from './checks/signing-keys-check.js';

/** The diagnosis and its checks. */
export const diagnosisProviders: Type[] = [
  ApplicationCheck,
  ClockCheck,
  Diagnosis,
  EndpointCheck,
  FeaturesCheck,
  MachineCheck,
  SessionCookieCheck,
  SessionStoreCheck,
  SignOutCheck,
  SigningKeysCheck,
];
