import { hostOf, isPublicName } from './host-names.js';

describe('A Host header', () => {
  it.each([
    ['localhost', 'localhost'],
    ['LocalHost:3000', 'localhost'],
    ['127.0.0.1:80', '127.0.0.1'],
    ['[::1]:3000', '[::1]'],
    ['chat.example.com', 'chat.example.com'],
    ['node_1:5005', 'node_1'],
  ])('%j names the host %j', (header, host) => expect(hostOf(header)).toBe(host));

  it.each([
    '',
    ':3000',
    'a b',
    'localhost:3000:1',
    'localhost:',
    'user@localhost',
    'localhost/x',
    '::1',
    '[::1',
    'a,b',
  ])('%j is malformed', (header) => expect(hostOf(header)).toBeNull());
});

describe('A host', () => {
  it.each(['localhost', '10.0.0.1', '[fe80::1]', 'app', 'mac.local', 'a.b.internal', 'x.localhost'])(
    '%s is nobody else’s',
    (host) => expect(isPublicName(host)).toBe(false),
  );

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'mac.local.',
    '127.1',
    'xlocal.example',
  ])('%s may be anybody’s', (host) => expect(isPublicName(host)).toBe(true));
});
