export { withLogtoSecurity, type LogtoSecurityOptions } from './with-logto-security.js';
export { logtoSwaggerOptions, type LogtoSwaggerSignIn } from './logto-swagger-options.js';
