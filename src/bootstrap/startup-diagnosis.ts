import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Diagnosis } from '../diagnosis/diagnosis.js';
import type { LogtoDiagnosisCheck } from '../diagnosis/checks/logto-diagnosis-check.js';
import { OperatorLog } from '../operator-log.js';

/** Runs the diagnosis once after an app has started in development, and logs the checks that fail. */
@Injectable()
export class StartupDiagnosis implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly aborter = new AbortController();

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly diagnosis: Diagnosis,
    private readonly log: OperatorLog,
  ) {}

  onApplicationBootstrap(): void {
    // An application context, such as a script's, has no sign-ins.
    if (!isDevelopment() || !this.adapterHost.httpAdapter) return;
    // Not awaited, so that the app starts without Logto.
    setImmediate(() => void this.run()).unref();
  }

  /** Aborts pending requests, which would keep the process alive. */
  beforeApplicationShutdown(): void {
    this.aborter.abort();
  }

  private async run(): Promise<void> {
    const { signal } = this.aborter;
    try {
      const { checks } = await this.diagnosis.run(signal);
      if (signal.aborted) return;
      for (const check of checks) if (check.status === 'failed') this.log.write('warn', lineOf(check));
    } catch (error) {
      if (!signal.aborted) this.log.write('debug', `The diagnosis failed: ${String(error)}`);
    }
  }
}

function isDevelopment(): boolean {
  return process.env.NODE_ENV !== 'production' && process.env.NODE_ENV !== 'test';
}

function lineOf({ name, answer, remedy }: LogtoDiagnosisCheck): string {
  return `${name}: ${answer}. ${remedy ?? ''} (npx nestjs-logto doctor)`;
}
