export { CookieJar } from './browser/cookie-jar.js';
export type { EmulatorSignInOptions, EmulatorSignUpOptions } from './browser/sign-in-forms.js';
export { defineLogtoEmulatorConfig } from './define-logto-emulator-config.js';
export type { EmulatedUser } from './emulated-user.js';
export type { EmulatorEndpoint } from './http/emulator-endpoint.js';
export type { EmulatorFault } from './http/fault-queue.js';
export type { EmulatorResponse } from './http/http-exchange.js';
export type { RecordedRequest } from './http/request-log.js';
export type { LogtoEmulator } from './logto-emulator.interface.js';
export { LogtoEmulatorError, type LogtoEmulatorErrorCode } from './logto-emulator-error.js';
export type {
  EmulatorIdTokenClaims,
  EmulatorLifetimes,
  LogtoEmulatorOptions,
} from './options/logto-emulator-options.js';
export type { KeyRotation, SigningAlgorithm } from './tenant/key-rotation.js';
export { startLogtoEmulator } from './start-logto-emulator.js';
export type {
  EmulatorApplication,
  EmulatorApplicationType,
  EmulatorMembership,
  EmulatorOrganization,
  EmulatorOrganizationRole,
  EmulatorOrganizationTemplate,
  EmulatorResource,
  EmulatorResourceScope,
  EmulatorRole,
  EmulatorUser,
  EmulatorUserProfile,
  EmulatorWebhook,
} from './options/tenant-options.js';
