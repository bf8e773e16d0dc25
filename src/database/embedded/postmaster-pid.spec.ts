import { parsePostmasterPid } from './postmaster-pid.js';

const complete = [
  '4711',
  '/data/pgdata',
  '1795363200',
  '54321',
  '',
  '127.0.0.1',
  '  123456  32769',
  'ready   ',
];

describe('postmaster.pid', () => {
  it('gives pid, port and status of a server that is ready', () => {
    expect(parsePostmasterPid(`${complete.join('\n')}\n`)).toEqual({
      pid: 4711,
      port: 54321,
      status: 'ready',
    });
  });

  it('reads the line ends of Windows', () => {
    expect(parsePostmasterPid(complete.join('\r\n'))).toEqual({ pid: 4711, port: 54321, status: 'ready' });
  });

  it.each([
    ['starting', 'starting'],
    ['stopping', 'stopping'],
    ['standby ', 'ready'],
    ['', 'starting'],
  ])('reads the status word "%s" as %s', (word, status) => {
    expect(parsePostmasterPid([...complete.slice(0, 7), word].join('\n'))?.status).toBe(status);
  });

  it('reads a half-written file as a server that is starting', () => {
    expect(parsePostmasterPid('4711\n/data/pgdata\n')).toEqual({
      pid: 4711,
      port: undefined,
      status: 'starting',
    });
  });

  it('reads the process id of a single-user backend, written with a minus sign', () => {
    expect(parsePostmasterPid('-4711\n/data/pgdata\n')?.pid).toBe(4711);
  });

  it.each(['', '\n', 'no pid\n', '0\n', '99999999999999999999\n'])('finds no process in %j', (text) => {
    expect(parsePostmasterPid(text)).toBeUndefined();
  });
});
