export { LogtoHealthIndicator, type LogtoHealthOptions } from './logto-health-indicator.js';
export type { LogtoHealth, LogtoHealthCall } from './logto-health.js';
