import type { AppError } from '../../contract/index.js';
import { requireFuture } from './require-future.js';

describe('An end', () => {
  const faultOf = (moment: string | null) => {
    try {
      requireFuture('until', moment, ', or none');
      return null;
    } catch (error) {
      const { code, details } = error as AppError;
      return { code, details };
    }
  };
  const after = (ms: number) => new Date(Date.now() + ms).toISOString();

  it('is to come, or there is none', () => {
    expect(faultOf(null)).toBeNull();
    expect(faultOf(after(60_000))).toBeNull();
    for (const moment of [after(0), after(-60_000), '1970-01-01T00:00:00Z']) {
      expect(faultOf(moment)).toEqual({
        code: 'VALIDATION_FAILED',
        details: [{ path: 'until', message: 'expected a time to come, or none' }],
      });
    }
  });
});
