import fc from 'fast-check';
import pg from 'pg';
import { integers, texts } from './array-literal.js';

/** As the driver reads what PostgreSQL sends. */
const parse = (literal: string, oid: number): unknown =>
  (pg.types.getTypeParser(oid, 'text') as (text: string) => unknown)(literal);

describe('Array literals', () => {
  it('of texts read back as what they were made of', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.string({ unit: 'binary' }))), (values) => {
        expect(parse(texts(values)!, 1009)).toEqual(values);
      }),
    );
  });

  it('of integers are the integers', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.maxSafeInteger())), (values) => {
        expect(parse(integers(values)!, 1009)).toEqual(
          values.map((value) => (value === null ? null : `${value}`)),
        );
      }),
    );
  });

  it('of nothing are nothing', () => {
    expect(integers(null)).toBeNull();
    expect(texts(null)).toBeNull();
    expect(integers([])).toBe('{}');
  });
});
