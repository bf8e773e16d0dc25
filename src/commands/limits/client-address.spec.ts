import type { IncomingMessage } from 'node:http';
import { clientAddress } from './client-address.js';

const from = (peer: string, proxies: number, forwarded?: string) =>
  clientAddress(
    {
      socket: { remoteAddress: peer },
      headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    } as unknown as IncomingMessage,
    proxies,
  );

describe('The address of a client', () => {
  it('is that of the connection, whatever a header says, without a trusted proxy', () => {
    expect(from('192.0.2.1', 0)).toBe('192.0.2.1');
    expect(from('192.0.2.1', 0, '203.0.113.9')).toBe('192.0.2.1');
  });

  it('is what the trusted proxy saw, never what the client wrote before that', () => {
    expect(from('10.0.0.1', 1, '203.0.113.9')).toBe('203.0.113.9');
    expect(from('10.0.0.1', 1, '1.1.1.1, 2.2.2.2, 203.0.113.9')).toBe('203.0.113.9');
    expect(from('10.0.0.1', 2, '1.1.1.1,203.0.113.9,10.0.0.2')).toBe('203.0.113.9');
  });

  it('is the first known, where there are fewer proxies than trusted', () => {
    expect(from('10.0.0.1', 3, '203.0.113.9, 10.0.0.2')).toBe('203.0.113.9');
    expect(from('10.0.0.1', 1)).toBe('10.0.0.1');
  });

  it('is that of the connection, where the header holds none', () => {
    for (const garbage of ['', 'unknown', '1.1.1.1, x', '<script>', '999.1.1.1', `${'1'.repeat(2_000)}`]) {
      expect(from('10.0.0.1', 1, garbage)).toBe('10.0.0.1');
    }
  });

  it('has one form: IPv4 within IPv6 is IPv4, ports are dropped', () => {
    expect(from('::ffff:192.0.2.1', 0)).toBe('192.0.2.1');
    expect(from('10.0.0.1', 1, '203.0.113.9:4711')).toBe('203.0.113.9');
    expect(from('10.0.0.1', 1, '[2001:db8::1]:4711')).toBe('2001:db8:0:0::/64');
  });

  it('counts IPv6 by its /64', () => {
    const all = ['2001:db8:1:2::1', '2001:db8:1:2:3:4:5:6', '2001:0DB8:0001:0002::ffff', '2001:db8:1:2::'];
    expect(new Set(all.map((address) => from(address, 0)))).toEqual(new Set(['2001:db8:1:2::/64']));
    expect(from('2001:db8:1:3::1', 0)).toBe('2001:db8:1:3::/64');
    expect(from('::1', 0)).toBe('0:0:0:0::/64');
    expect(from('fe80::1%eth0', 0)).toBe('fe80:0:0:0::/64');
    expect(from('::ffff:0:1.2.3.4', 0)).toBe('0:0:0:0::/64');
  });
});
