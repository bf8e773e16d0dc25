import { endsConnection, failureCode, isUnavailable } from './failure.js';

const failure = (code: string, severity?: string, message = 'something') =>
  Object.assign(new Error(message), { code, severity });

describe('A failure of the database', () => {
  it.each([
    ['a full disk', failure('53100', 'ERROR'), false],
    ['a statement that took too long', failure('57014', 'ERROR'), false],
    ['a lock that was not available', failure('55P03', 'ERROR'), false],
    ['a deadlock', failure('40P01', 'ERROR'), false],
    ['a session that was ended', failure('57P01', 'FATAL'), true],
    ['no room for a new session', failure('53300', 'FATAL'), true],
    ['a server that only reads', failure('25006', 'ERROR'), true],
    ['an internal error', failure('XX000', 'ERROR'), true],
    ['a connection that broke', failure('ECONNRESET'), true],
    ['an answer that did not come', new Error('Query read timeout'), true],
  ])('is temporary for %s; whether it closes its connection', (_, error, ends) => {
    expect(isUnavailable(error)).toBe(true);
    expect(endsConnection(error)).toBe(ends);
  });

  it('keeps the connection when the statement is wrong', () => {
    const error = Object.assign(new Error('wrapped'), { original: failure('23505', 'ERROR') });
    expect(failureCode(error)).toBe('23505');
    expect(isUnavailable(error)).toBe(false);
    expect(endsConnection(error)).toBe(false);
    expect(endsConnection('no error at all')).toBe(false);
  });
});
