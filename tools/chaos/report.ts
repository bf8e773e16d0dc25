import type { Size } from './arena.js';
import type { Verdict } from './evidence.js';
import type { Result } from './run.js';

/** Most sentences shown for each kind of finding; the table has their number. */
const SHOWN = 5;

const HEAD = ['fault', 'nodes', 'sends', 'acked', 'reconnects', 'syncs', 'recovery s', 'slowest s'];
const VERDICTS = [
  'lost',
  'doubled',
  'gaps',
  'inversions',
  'unanswered',
  'unequal',
] as const satisfies (keyof Verdict)[];

export function isKept({ verdict, problems }: Result): boolean {
  return problems.length === 0 && VERDICTS.every((kind) => verdict[kind].length === 0);
}

/** The table, and below it what is needed to understand it. */
export function report(results: readonly Result[]): string {
  const rows = results.map((result) => [
    result.name,
    String(result.size),
    String(result.sends),
    String(result.acked),
    String(result.reconnects),
    String(result.syncs),
    result.recovery === null ? '–' : result.recovery.toFixed(1),
    result.slowest.toFixed(1),
    ...VERDICTS.map((kind) => String(result.verdict[kind].length)),
    [...result.errors].map(([code, count]) => `${code} ${count}`).join(', ') || '–',
  ]);
  const parts = [layOut([[...HEAD, ...VERDICTS, 'errors answered'], ...rows])];
  for (const result of results) parts.push(...detailsOf(result));
  const failed = results.filter((result) => !isKept(result)).map(headingOf);
  parts.push(failed.length === 0 ? 'Every promise was kept.' : `BROKEN: ${failed.join(', ')}`);
  return `${parts.join('\n\n')}\n`;
}

function headingOf({ name, size }: Result): string {
  return `${name} on ${sizeInWords(size)}`;
}

export function sizeInWords(size: Size): string {
  return size === 1 ? 'one node' : 'two nodes';
}

function detailsOf(result: Result): string[] {
  const { verdict, problems, notes } = result;
  const lines = [
    ...some(problems).map((text) => `  WRONG ${text}`),
    ...VERDICTS.flatMap((kind) => some(verdict[kind]).map((text) => `  ${kind.toUpperCase()} ${text}`)),
    ...notes.map((text) => `  ${text}`),
  ];
  return lines.length === 0 ? [] : [`${headingOf(result)}\n${lines.join('\n')}`];
}

function some(sentences: readonly string[]): string[] {
  const more = sentences.length - SHOWN;
  return [...sentences.slice(0, SHOWN), ...(more > 0 ? [`… and ${more} more`] : [])];
}

/** Columns as wide as their widest cell; the first and the last to the left, figures to the right. */
export function layOut(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return column === 0 || column === row.length - 1 ? cell.padEnd(width) : cell.padStart(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
