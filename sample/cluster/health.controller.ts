import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { LogtoHealthIndicator } from 'nestjs-logto/terminus';

/** The health checks of an instance, for a load balancer or Kubernetes. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly logto: LogtoHealthIndicator,
  ) {}

  /** Checks nothing else: a restart fixes neither Logto nor Redis. */
  @Get('live')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  /** Down while Redis is down, and until Logto has responded once. */
  @Get('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.logto.isHealthy('logto')]);
  }
}
