import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';

/** A change to a file. */
export interface FileChange {
  path: string;
  /** Whether the file is new. */
  created: boolean;
  summary: string;
}

/** Something that the user has to add by hand. */
export interface ManualStep {
  path: string;
  /** Why it was not done, as a sentence without a full stop. */
  reason: string;
  /** The lines to add. */
  lines: string;
}

/** The files of a project. Changes stay in memory until `save`, so that a dry run does all but the last step. */
export class ProjectFiles {
  readonly changes: FileChange[] = [];
  readonly manualSteps: ManualStep[] = [];
  private readonly changed = new Map<string, string>();

  /** @param directory the project's folder; paths are relative to it */
  constructor(readonly directory: string) {}

  read(path: string): string | undefined {
    const changed = this.changed.get(path);
    if (changed !== undefined) return changed;
    const absolute = resolve(this.directory, path);
    return existsSync(absolute) ? readFileSync(absolute, 'utf8') : undefined;
  }

  change(path: string, text: string, summary: string): void {
    const created = this.read(path) === undefined;
    this.changed.set(path, text);
    this.changes.push({ path, created, summary });
  }

  addManualStep(path: string, reason: string, lines: string): void {
    this.manualSteps.push({ path, reason, lines });
  }

  async save(): Promise<void> {
    for (const [path, text] of this.changed) await writeFile(resolve(this.directory, path), text);
  }
}
