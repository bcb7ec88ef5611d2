import { Module } from '@nestjs/common';
import { LogtoManagement } from './logto-management.js';
import { ManagementFetch } from './management-fetch.js';

/**
 * Provides {@link LogtoManagement}. Import it next to `LogtoModule`, whose options `machineToMachine`, `management` and
 * `http` it uses.
 *
 * ```ts
 * @Module({ imports: [LogtoModule.forRoot({ …, machineToMachine: { appId, appSecret } }), LogtoManagementModule] })
 * export class AppModule {}
 * ```
 */
@Module({ providers: [LogtoManagement, ManagementFetch], exports: [LogtoManagement] })
export class LogtoManagementModule {}
