export { LogtoManagement, type LogtoManagementClient } from './logto-management.js';
export { LogtoManagementException, type ManagementErrorBody } from './logto-management.exception.js';
export { LogtoManagementModule } from './logto-management.module.js';
