export { LogtoInstrumentation } from './logto-instrumentation.js';
export type { LogtoInstrumentationConfig } from './logto-instrumentation-config.js';
