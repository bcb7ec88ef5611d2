import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Module, type Type } from '@nestjs/common';
import { LogtoModule } from '../../logto.module.js';
import { isModuleClass } from '../../nest/is-module-class.js';
import { logtoOptionsFromEnv } from '../../options/logto-options-from-env.js';
import { messageOf } from '../../message-of.js';
import { DoctorError } from './doctor-error.js';

/** A module with the options from the environment. */
export function moduleFromEnv(): Type {
  @Module({ imports: [LogtoModule.forRoot(logtoOptionsFromEnv())] })
  class EnvironmentModule {}
  return EnvironmentModule;
}

/**
 * Loads the root module of an app: the export `AppModule`, or the only class with `@Module()`.
 * @param file the compiled file, relative to the current directory
 * @throws DoctorError if the file cannot be loaded or exports no such class
 */
export async function loadRootModule(file: string): Promise<Type> {
  let exported: Record<string, unknown>;
  try {
    exported = (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>;
  } catch (error) {
    throw new DoctorError(
      `${file} cannot be loaded: ${messageOf(error)}`,
      'Build the app, and pass the compiled file of its root module: --module dist/app.module.js.',
      { cause: error },
    );
  }
  const modules = moduleClassesIn(exported);
  const found =
    modules.find(({ name }) => name === 'AppModule') ?? (modules.length === 1 ? modules[0] : undefined);
  if (found) return found;
  const names = modules.map(({ name }) => name).join(', ');
  throw new DoctorError(
    modules.length === 0
      ? `${file} exports no class with @Module().`
      : `${file} exports several modules: ${names}.`,
    'Pass the file that exports the root module, as AppModule or as the only class with @Module().',
  );
}

/** A CommonJS file has its exports in `default` as well. */
function moduleClassesIn(exported: Record<string, unknown>): Type[] {
  const { default: defaultExport } = exported;
  const nested =
    typeof defaultExport === 'object' && defaultExport !== null ? Object.values(defaultExport) : [];
  return [...new Set([...Object.values(exported), ...nested])].filter((value) => isModuleClass(value));
}
