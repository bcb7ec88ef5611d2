import { arch, cpus, release, totalmem, type } from 'node:os';
import type { Estimate } from './statistics.js';

/** A table of a suite. The first column names the rows. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** An aim, and whether it was met. */
export interface Verdict {
  readonly what: string;
  readonly measured: string;
  readonly target: string;
  readonly met: boolean;
}

/** The result of a suite. */
export interface SuiteResult {
  readonly title: string;
  /** How it was measured, in a sentence or two. */
  readonly method: string;
  readonly tables: readonly Table[];
  readonly verdicts: readonly Verdict[];
}

/** The machine, and every version. */
export interface Surroundings {
  readonly machine: string;
  readonly node: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** A number with its significant digits only. */
export function figure(value: number): string {
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** A figure with its confidence interval. */
export function estimate({ value, low, high }: Estimate): string {
  return `${figure(value)} (${figure(low)}–${figure(high)})`;
}

/** @param least the smallest ratio that meets the aim */
export function atLeast(what: string, measured: Estimate, least: number): Verdict {
  return { what, measured: estimate(measured), target: `at least ${least}`, met: measured.value >= least };
}

/** The machine, without its host name or any path. */
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
    "CPU is that of the contender's own process, per request, over all rounds. A ratio above 1 is better. In brackets: the",
    '90 % confidence interval, from bootstrap resampling of the rounds.',
    '',
    ...suites.flatMap((suite) => suiteLines(suite, hasAims(node))),
  ].join('\n');
}

/** The aims are for Node 24 and later. On older versions the report only gives the figures. */
function hasAims(node: string): boolean {
  return Number.parseInt(node.slice(1), 10) >= 24;
}

function suiteLines({ title, method, tables, verdicts }: SuiteResult, withAims: boolean): string[] {
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
      : [...tableLines(withAims ? aimsTable(verdicts) : comparisonsTable(verdicts)), '']),
  ];
}

function aimsTable(verdicts: readonly Verdict[]): Table {
  const rows = verdicts.map(({ what, measured, target, met }) => [
    what,
    measured,
    target,
    met ? 'yes' : '**no**',
  ]);
  return { title: '', columns: ['Aim', 'measured', 'target', 'met'], rows };
}

function comparisonsTable(verdicts: readonly Verdict[]): Table {
  return {
    title: '',
    columns: ['Comparison', 'measured'],
    rows: verdicts.map(({ what, measured }) => [what, measured]),
  };
}

/** Pads the cells, so that the columns line up in a terminal too. */
function tableLines({ columns, rows }: Table): string[] {
  const widths = columns.map((column, index) =>
    Math.max(3, column.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, index) => (index === 0 ? (cells[index] ?? '').padEnd(width) : (cells[index] ?? '').padStart(width))).join(' | ')} |`;
  const rule = `| ${widths.map((width, index) => (index === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(columns), rule, ...rows.map(line)];
}
