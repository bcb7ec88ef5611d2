import { expect } from '@jest/globals';
import type { DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  LogtoModule,
  LogtoOptionsException,
  type LogtoModuleExtras,
  type LogtoModuleOptions,
} from 'nestjs-logto';
import { leaks } from '../runner/leaks.js';

/** Options that the module starts with. */
export const validOptions: LogtoModuleOptions = {
  endpoint: 'https://tenant.logto.app',
  appId: 'app',
  appSecret: 'the-secret-of-the-application',
  baseUrl: 'https://app.example.com',
  session: { secret: 'the-secret-of-the-session' },
};

/** `LogtoModule.forRoot` without the checks of TypeScript. */
export const forRoot = (options: unknown): DynamicModule =>
  LogtoModule.forRoot(options as LogtoModuleOptions & LogtoModuleExtras);

/** The problems that the module reports, by option. Empty if it starts. */
export async function problemsOf(module: DynamicModule): Promise<Record<string, string>> {
  const building = Test.createTestingModule({ imports: [module] }).compile();
  const error: unknown = await building.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return {};
  if (!(error instanceof LogtoOptionsException)) throw error;
  expect(error.code).toBe('invalid_options');
  expect(new Set(error.problems.map(({ option }) => option)).size).toBe(error.problems.length);
  return Object.fromEntries(error.problems.map(({ option, remedy }) => [option, remedy]));
}

/** @returns a function that returns the lines that were logged since this call */
export function watchLogs(): () => string[] {
  const before = leaks.logged.length;
  return () => leaks.logged.slice(before);
}
