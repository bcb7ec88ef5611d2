import { Controller, Get, Module } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule, type HealthCheckResult } from '@nestjs/terminus';
import { LogtoHealthIndicator } from 'nestjs-logto/terminus';

@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly logto: LogtoHealthIndicator,
  ) {}

  @Get('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.logto.isHealthy('logto')]);
  }

  @Get('lenient')
  @HealthCheck()
  lenient(): Promise<HealthCheckResult> {
    return this.health.check([() => this.logto.isHealthy('logto', { requireLogto: false })]);
  }
}

/** Health checks as an app has them. */
@Module({ imports: [TerminusModule], controllers: [HealthController], providers: [LogtoHealthIndicator] })
export class HealthModule {}
