import pg from 'pg';

/** How a statement's cells are parsed: int8 to number, timestamptz to ISO 8601 text in UTC, json to values. */
const INT8 = 20;
const INT8_ARRAY = 1016;
const TIMESTAMPTZ = 1184;
const TIMESTAMPTZ_ARRAY = 1185;

/** A cache of one: rows of a batch mostly have the same timestamp. */
let lastText = '';
let lastMoment = '';

/** `2026-11-22 16:20:21.5+00` to `2026-11-22T16:20:21.500Z`; the session's time zone is UTC, its DateStyle ISO. */
export function isoTimestamp(text: string): string {
  if (text === lastText) return lastMoment;
  const fraction = text.slice(20, -3).padEnd(3, '0');
  lastText = text;
  lastMoment = `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.slice(0, 3)}Z`;
  return lastMoment;
}

/** `{1,2}` to `[1, 2]`. Our statements select no arrays that contain nulls. */
function numbers(text: string): number[] {
  return text === '{}' ? [] : text.slice(1, -1).split(',').map(Number);
}

/** `{"2026-11-22 16:20:21.5+00"}` to `['2026-11-22T16:20:21.500Z']`. */
function isoTimestamps(text: string): string[] {
  return text === '{}' ? [] : text.slice(2, -2).split('","').map(isoTimestamp);
}

export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
    if (oid === INT8) return Number;
    if (oid === INT8_ARRAY) return numbers;
    if (oid === TIMESTAMPTZ) return isoTimestamp;
    if (oid === TIMESTAMPTZ_ARRAY) return isoTimestamps;
    return pg.types.getTypeParser(oid, format);
  },
};
