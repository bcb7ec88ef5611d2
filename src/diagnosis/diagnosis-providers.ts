import type { Type } from '@nestjs/common';
import { ApplicationCheck } from './application-check.js';
import { ClockCheck } from './clock-check.js';
import { Diagnosis } from './diagnosis.js';
import { EndpointCheck } from './endpoint-check.js';
import { FeaturesCheck } from './features-check.js';
import { MachineCheck } from './machine-check.js';
import { SessionCookieCheck } from './session-cookie-check.js';
import { SessionStoreCheck } from './session-store-check.js';
import { SignOutCheck } from './sign-out-check.js';
import { SigningKeysCheck } from './signing-keys-check.js';

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
