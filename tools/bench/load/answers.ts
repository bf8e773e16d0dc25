import { BYTE } from './frames.js';

/** Whether the answer whose `[` is at `from` is `[{"ok":true…`. One byte decides; anything else is parsed. */
export function isOk(buffer: Buffer, from: number, to: number): boolean {
  return buffer[from + 7] === BYTE.lowerT || parse(buffer, from, to)['ok'] === true;
}

/** Counts of error answers by code. */
export class Refusals {
  private readonly codes = new Map<string, number>();
  total = 0;

  /** Counts an answer for which {@link isOk} is false. */
  add(buffer: Buffer, from: number, to: number): void {
    const { error } = parse(buffer, from, to);
    const given =
      typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
    const code = typeof given === 'string' ? given : 'NO_CODE';
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
    this.total++;
  }

  byCode(): Record<string, number> {
    return Object.fromEntries(this.codes);
  }
}

function parse(buffer: Buffer, from: number, to: number): Record<string, unknown> {
  try {
    const [first] = JSON.parse(buffer.toString('utf8', from, to)) as unknown[];
    return typeof first === 'object' && first !== null ? (first as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
