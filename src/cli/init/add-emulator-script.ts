import type { Project } from './project.js';
import { addProperties } from './json-edits.js';
import { applyEdits } from './text-edit.js';

/** Adds the script `logto`, which starts the emulator. */
export function addEmulatorScript({ compiler, files, manifest }: Project): void {
  const scripts = Object.entries(manifest.scripts ?? {});
  if (scripts.some(([, command]) => /\blogto-emulator\b/.test(command))) return;
  if (scripts.some(([name]) => name === 'logto')) {
    files.addManualStep(
      'package.json',
      'it has another script `logto`, so use another name',
      '"logto-emulator": "logto-emulator"',
    );
    return;
  }
  const text = files.read('package.json') ?? '';
  const script = { logto: 'logto-emulator' };
  const edits = manifest.scripts
    ? addProperties(compiler, text, ['scripts'], script)
    : addProperties(compiler, text, [], { scripts: script });
  files.change('package.json', applyEdits(text, edits), 'script "logto", which starts the emulator');
}
