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

/** `LogtoModule.forRoot` as somebody calls it who has no TypeScript, or silenced it. */
export const forRoot = (options: unknown): DynamicModule =>
  LogtoModule.forRoot(options as LogtoModuleOptions & LogtoModuleExtras);

/** Everything that the module finds wrong with its options, by option; nothing when it starts. */
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

/** What is logged from now on. */
export function watchLogs(): () => string[] {
  const before = leaks.logged.length;
  return () => leaks.logged.slice(before);
}
