export { LogtoTestingModule, type LogtoTestingModuleOptions } from './logto-testing.module.js';
export { useLogtoTesting, type UseLogtoTestingOptions } from './use-logto-testing.js';
export { anonymous, signedInAs } from './signed-in-as.js';
export type { LogtoTestOrganization, LogtoTestUser, SignedInAsOptions } from './logto-test-user.js';
export { LogtoTestingError, type LogtoTestingErrorCode } from './logto-testing-error.js';
export { signInWithoutBrowser, type SignInWithoutBrowserOptions } from './sign-in-without-browser.js';
export type { BrowserlessAgent } from './browserless-agent.js';
