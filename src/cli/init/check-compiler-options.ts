import type { Project } from './project.js';

/** The `module` settings with which TypeScript does not let a CommonJS file import an ES module. */
const withoutEsModuleImports = new Set(['node16', 'node18']);

/** Asks the user to change `module` in a CommonJS project if TypeScript would not allow the import of this package. */
export function checkCompilerOptions({ compiler, files, manifest }: Project): void {
  const text = files.read('tsconfig.json');
  if (manifest.type === 'module' || text === undefined) return;
  const { config } = compiler.parseConfigFileTextToJson('tsconfig.json', text);
  const { module } = (config as { compilerOptions?: { module?: string } } | undefined)?.compilerOptions ?? {};
  if (module === undefined) return;
  if (withoutEsModuleImports.has(module.toLowerCase())) {
    files.addManualStep(
      'tsconfig.json',
      `with "module": "${module}" a CommonJS file cannot import an ES module`,
      '"module": "nodenext",\n"moduleResolution": "nodenext",',
    );
  }
  const [major = 0, minor = 0] = compiler.versionMajorMinor.split('.').map(Number);
  if (module.toLowerCase() === 'nodenext' && (major < 5 || (major === 5 && minor < 8))) {
    files.addManualStep(
      'package.json',
      `TypeScript ${compiler.version} does not let a CommonJS file import an ES module`,
      '"typescript": "^5.8.0"',
    );
  }
}
