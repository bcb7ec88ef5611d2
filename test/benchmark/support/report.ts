import { arch, cpus, release, totalmem, type } from 'node:os';
import type { Estimate } from './statistics.js';

/** A table of a suite, its first column names the rows. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What was aimed at, and what came of it. */
export interface Verdict {
  readonly what: string;
  readonly measured: string;
  readonly target: string;
  readonly met: boolean;
}

/** What a suite found. */
export interface SuiteResult {
  readonly title: string;
  /** What was done, in a sentence or two. */
  readonly method: string;
  readonly tables: readonly Table[];
  readonly verdicts: readonly Verdict[];
}

/** Where and with what it was measured. */
export interface Surroundings {
  readonly machine: string;
  readonly node: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** A number with as many digits as say something. */
export function figure(value: number): string {
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** A figure, and how sure it is. */
export function estimate({ value, low, high }: Estimate): string {
  return `${figure(value)} (${figure(low)}–${figure(high)})`;
}

/** @param least the smallest ratio that will do */
export function atLeast(what: string, measured: Estimate, least: number): Verdict {
  return { what, measured: estimate(measured), target: `at least ${least}`, met: measured.value >= least };
}

/** The machine, without a name or a path of it. */
export function surroundings(versions: Record<string, string>): Surroundings {
  const all = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return {
    machine: `${all.length} × ${all[0]?.model.trim() ?? 'unknown CPU'}, ${memory} GB, ${type()} ${release().split('-')[0]} ${arch()}`,
    node: process.version,
    versions,
  };
}

/** Everything as Markdown. */
export function markdown(
  { machine, node, versions }: Surroundings,
  command: string,
  suites: readonly SuiteResult[],
): string {
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    '# Benchmark results',
    '',
    `Made by \`${command}\`. Node ${node}; ${machine}.`,
    '',
    `${used.join(', ')}.`,
    '',
    'CPU is that of the process of the contender, per request, over all rounds. Ratios are those of these sums, above 1 is',
    'better; in brackets where nine of ten lie when the rounds are drawn anew from those that were measured.',
    '',
    ...suites.flatMap((suite) => suiteLines(suite)),
  ].join('\n');
}

function suiteLines({ title, method, tables, verdicts }: SuiteResult): string[] {
  return [
    `## ${title}`,
    '',
    method,
    '',
    ...tables.flatMap((table) => [
      ...(table.title ? [`**${table.title}**`, ''] : []),
      ...tableLines(table),
      '',
    ]),
    ...(verdicts.length === 0
      ? []
      : [
          ...tableLines({
            title: '',
            columns: ['Aim', 'measured', 'target', 'met'],
            rows: verdicts.map(({ what, measured, target, met }) => [
              what,
              measured,
              target,
              met ? 'yes' : '**no**',
            ]),
          }),
          '',
        ]),
  ];
}

/** A table whose columns stand under each other in a terminal too. */
function tableLines({ columns, rows }: Table): string[] {
  const widths = columns.map((column, index) =>
    Math.max(3, column.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, index) => (index === 0 ? (cells[index] ?? '').padEnd(width) : (cells[index] ?? '').padStart(width))).join(' | ')} |`;
  const rule = `| ${widths.map((width, index) => (index === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(columns), rule, ...rows.map(line)];
}
