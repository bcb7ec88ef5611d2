import type { LogtoDiagnosisCheck } from '../../diagnosis/checks/logto-diagnosis-check.js';
import type { LogtoDiagnosis } from '../../diagnosis/logto-diagnosis.js';
import { wrapText } from './wrap-text.js';

/** Adds a colour or another format to a text. Without colours, it returns the text. */
export type Style = (format: 'bold' | 'dim' | 'green' | 'red' | 'yellow', text: string) => string;

type Status = LogtoDiagnosisCheck['status'];

const marks: Record<Status, { symbol: string; format: 'green' | 'red' | 'yellow' | 'dim' }> = {
  ok: { symbol: '✓', format: 'green' },
  failed: { symbol: '✗', format: 'red' },
  warning: { symbol: '!', format: 'yellow' },
  skipped: { symbol: '-', format: 'dim' },
};

/** The diagnosis as text of 80 columns. */
export function formatDiagnosis(diagnosis: LogtoDiagnosis, style: Style): string {
  const { checks } = diagnosis;
  const blocks = checks.map((check, index) => {
    // Blank lines set off what has a remedy.
    const isSetOff = index > 0 && [check, checks[index - 1]].some((one) => one?.remedy !== undefined);
    return `${isSetOff ? '\n' : ''}${formatCheck(check, style)}`;
  });
  return `${blocks.join('\n')}\n\n${summary(diagnosis, style)}\n`;
}

function formatCheck({ name, status, asked, answer, remedy }: LogtoDiagnosisCheck, style: Style): string {
  const { symbol, format } = marks[status];
  const dim = (text: string): string => style('dim', text);
  const [first = '', ...rest] = wrapText(`${symbol} ${name}: ${answer}`, { indent: 2 });
  const result = [first.replace(symbol, '').trimStart(), ...rest];
  const heading = status === 'skipped' ? result.map((line) => dim(line)) : emphasized(result, name, style);
  const [question, action] = [asked && `  ${asked}`, remedy && `  → ${remedy}`];
  return [
    `${style(format, symbol)} ${heading.join('\n')}`,
    ...(question ? wrapText(question, { indent: 2 }).map((line) => dim(line)) : []),
    ...(action ? wrapText(action, { indent: 4 }).map((line) => style(format, line)) : []),
  ].join('\n');
}

/** The lines of a result, with its name in bold. A name that is longer than a line stays as it is. */
function emphasized([first = '', ...rest]: string[], name: string, style: Style): string[] {
  if (!first.startsWith(`${name}:`)) return [first, ...rest];
  return [style('bold', name) + first.slice(name.length), ...rest];
}

function summary({ ok, checks }: LogtoDiagnosis, style: Style): string {
  const count = (status: Status): number => checks.filter((check) => check.status === status).length;
  const warnings = count('warning');
  const parts = [
    `${count('failed')} failed`,
    ...(warnings === 0 ? [] : [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`]),
    `${count('ok')} ok`,
    ...(count('skipped') === 0 ? [] : [`${count('skipped')} skipped`]),
  ];
  return style(ok ? 'green' : 'red', parts.join(', '));
}
