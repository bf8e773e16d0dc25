import fc from 'fast-check';
import pg from 'pg';
import { bigints, ints, texts } from './binary-array.js';

/** Parses the array as the driver parses one from PostgreSQL. */
const parse = (array: Buffer | null, oid: number): unknown =>
  (pg.types.getTypeParser(oid, 'binary') as (array: Buffer) => unknown)(array!);

const INT4_ARRAY = 1007;
const INT8_ARRAY = 1016;
const TEXT_ARRAY = 1009;

describe('Arrays in binary form', () => {
  it('of texts round-trip', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.string({ unit: 'binary' }))), (values) => {
        expect(parse(texts(values), TEXT_ARRAY)).toEqual(values);
      }),
    );
  });

  it('of integers round-trip', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.maxSafeNat())), (values) => {
        expect(parse(bigints(values), INT8_ARRAY)).toEqual(values);
      }),
    );
    expect(parse(bigints([Number.MAX_SAFE_INTEGER]), INT8_ARRAY)).toEqual([Number.MAX_SAFE_INTEGER]);
    fc.assert(
      fc.property(fc.array(fc.nat()), (values) => {
        expect(parse(ints(values), INT4_ARRAY)).toEqual(values);
      }),
    );
  });

  it('encode null as null and an empty array as empty', () => {
    expect(bigints(null)).toBeNull();
    expect(texts(null)).toBeNull();
    expect(parse(bigints([]), INT8_ARRAY)).toEqual([]);
    expect(bigints([])).toHaveLength(12);
  });
});
