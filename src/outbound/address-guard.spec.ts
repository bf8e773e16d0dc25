import * as http from 'node:http';
import { isIP } from 'node:net';
import type { LookupAddress } from 'node:dns';
import { Duplex } from 'node:stream';
import { parseConfig } from '../config/config.js';
import { Outbound, type OutboundNetwork } from './outbound.js';

/** An address that may be reached: of a public resolver. Nothing here connects to it. */
const PUBLIC = '9.9.9.9';

type Lookup = (
  name: string,
  options: unknown,
  callback: (error: Error | null, found: LookupAddress[]) => void,
) => void;

/**
 * Calls without connections: where one would be made, its address is recorded. As `net.connect` does it: a literal address
 * is connected to as it is, a name is looked up once, and its addresses are tried.
 */
function calls(
  names: Record<string, string[] | (() => string[])> = {},
  variables: Record<string, string> = {},
) {
  const connected: string[] = [];
  const lookups: string[] = [];
  const record = (options: { host?: string; port?: number; lookup?: Lookup }): Duplex => {
    const socket = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
    const connect = (address: string) => {
      connected.push(`${address} ${options.port}`);
      socket.destroy(Object.assign(new Error('stub'), { code: 'ESTUB' }));
    };
    const host = options.host ?? '';
    if (isIP(host) !== 0) setImmediate(connect, host);
    else
      options.lookup!(host, { all: true }, (error, found) => {
        if (error) socket.destroy(error);
        else for (const { address } of found) connect(address);
      });
    return socket;
  };
  class Recorder extends http.Agent {
    override createConnection(options: { host?: string; port?: number; lookup?: Lookup }): Duplex {
      return record(options);
    }
  }
  const network = {
    resolve: async (name: string) => {
      lookups.push(name);
      const found = names[name.replace(/\.$/, '')];
      const addresses = typeof found === 'function' ? found() : (found ?? []);
      return addresses.map((address) => ({ address, family: isIP(address) }));
    },
    http: new Recorder(),
    https: new Recorder(),
    http2: (authority: URL, options: { lookup?: Lookup }) => {
      const port = Number(authority.port || (authority.protocol === 'https:' ? 443 : 80));
      return record({ ...options, host: authority.hostname.replace(/^\[|\]$/g, ''), port });
    },
  } as unknown as OutboundNetwork;
  const { config, faults } = parseConfig(variables);
  expect(faults).toEqual([]);
  const outbound = new Outbound(config, network);
  const call = async (url: string): Promise<string> => {
    const error = await outbound
      .post({ url, headers: {}, body: Buffer.from('{}'), timeoutMs: 1_000 })
      .then(() => null)
      .catch((one: { code?: string; message: string }) => one);
    return error?.code ?? error?.message ?? 'answered';
  };
  const http2 = async (url: string): Promise<string> => {
    const ended = (error: { code?: string; message: string }) => error.code ?? error.message;
    try {
      const session = outbound.http2(url);
      return await new Promise<string>((resolve) => {
        session.on('error', (error) => resolve(ended(error)));
        session.on('close', () => resolve('closed'));
      });
    } catch (error) {
      return ended(error as Error);
    }
  };
  return { call, http2, connected, lookups };
}

const LITERALS = [
  'http://127.0.0.1/',
  'http://127.1/',
  'http://127.0.1/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0x7f.0.0.1/',
  'http://0177.0.0.1/',
  'http://017700000001/',
  'http://127.0.0.1./',
  'http://１２７.０.０.１/',
  'http://①②⑦.⓪.⓪.①/',
  'http://127。0。0。1/',
  'http://0.0.0.0/',
  'http://0/',
  'http://10.0.0.1/',
  'http://100.64.0.1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://172.16.0.1/',
  'http://192.0.0.8/',
  'http://192.0.2.1/',
  'http://192.168.1.1/',
  'http://198.18.0.1/',
  'http://198.51.100.7/',
  'http://203.0.113.7/',
  'http://224.0.0.1/',
  'http://240.0.0.1/',
  'http://255.255.255.255/',
  'http://[::]/',
  'http://[::1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[::127.0.0.1]/',
  'http://[64:ff9b::127.0.0.1]/',
  'http://[64:ff9b:1::a00:1]/',
  'http://[2002:7f00:1::]/',
  'http://[2001::1]/',
  'http://[2001:db8::1]/',
  'http://[3fff::1]/',
  'http://[fc00::1]/',
  'http://[fd00:ec2::254]/',
  'http://[fe80::1]/',
  'http://[fec0::1]/',
  'http://[ff02::1]/',
  'https://127.0.0.1/',
];

describe.each(['call', 'http2'] as const)('Calls to other servers (%s)', (way) => {
  it.each(LITERALS)('do not reach %s', async (url) => {
    const { [way]: call, connected } = calls();
    expect(await call(url)).toBe('ADDRESS_REFUSED');
    expect(connected).toEqual([]);
  });

  it('reach addresses of the internet', async () => {
    const { [way]: call, connected } = calls({ 'hooks.example.com': [PUBLIC, '2620:fe::fe'] });
    expect(await call(`http://${PUBLIC}/a`)).toBe('ESTUB');
    expect(await call('http://[2620:fe::fe]/a')).toBe('ESTUB');
    expect(await call('http://hooks.example.com/a')).toBe('ESTUB');
    expect(connected).toEqual([`${PUBLIC} 80`, '2620:fe::fe 80', `${PUBLIC} 80`, '2620:fe::fe 80']);
  });

  it.each([
    ['127.0.0.1'],
    ['::1'],
    ['::ffff:10.0.0.1'],
    ['64:ff9b::a00:1'],
    [PUBLIC, '192.168.0.1'],
    ['2620:fe::fe', 'fe80::1'],
    ['fe80::1%eth0'],
  ])('do not reach a name with the address %s %s', async (...addresses) => {
    const { [way]: call, connected } = calls({ 'hooks.example.com': addresses });
    expect(await call('http://hooks.example.com/')).toBe('ADDRESS_REFUSED');
    expect(await call('http://hooks.example.com./')).toBe('ADDRESS_REFUSED');
    expect(connected).toEqual([]);
  });

  it('connect to the address that was looked at: a name that answers differently each time is looked up once', async () => {
    let asked = 0;
    const {
      [way]: call,
      connected,
      lookups,
    } = calls({
      'rebinds.example.com': () => (asked++ === 0 ? [PUBLIC] : ['127.0.0.1']),
    });
    expect(await call('http://rebinds.example.com/')).toBe('ESTUB');
    expect(connected).toEqual([`${PUBLIC} 80`]);
    expect(lookups).toHaveLength(1);
    expect(await call('http://rebinds.example.com/')).toBe('ADDRESS_REFUSED');
    expect(connected).toHaveLength(1);
  });

  it('need http or https, no password, and a port of OUTBOUND_PORTS', async () => {
    const { [way]: call, connected } = calls();
    const urls = [
      'ftp://9.9.9.9/',
      'file:///etc/passwd',
      'gopher://9.9.9.9/',
      'http://user:secret@9.9.9.9/',
      'http://9.9.9.9:22/',
      'https://9.9.9.9:6379/',
      '/path',
      'http://',
    ];
    for (const url of urls) expect([url, await call(url)]).toEqual([url, 'ADDRESS_REFUSED']);
    expect(connected).toEqual([]);
    const other = calls({}, { OUTBOUND_PORTS: '443,8443' });
    expect(await other[way]('http://9.9.9.9:8443/')).toBe('ESTUB');
    expect(await other[way]('http://9.9.9.9/')).toBe('ADDRESS_REFUSED');
  });

  it('reach what OUTBOUND_ALLOW names, by name and by network, and nothing beside it', async () => {
    const names = {
      'hooks.internal': ['10.9.9.9'],
      'other.internal': ['10.9.9.9'],
      'in.example.com': ['10.1.2.3'],
    };
    const variables = { OUTBOUND_ALLOW: 'Hooks.internal, 10.1.0.0/16, fd00:1::/32, 127.0.0.1' };
    const { [way]: call, connected } = calls(names, variables);
    for (const host of ['hooks.internal', 'in.example.com', '10.1.9.9', '[fd00:1::5]', '127.0.0.1']) {
      expect([host, await call(`http://${host}/`)]).toEqual([host, 'ESTUB']);
    }
    const before = connected.length;
    for (const host of [
      'other.internal',
      '10.2.0.1',
      '[fd00:2::5]',
      '127.0.0.2',
      'hooks.internal.example.com',
    ]) {
      expect([host, await call(`http://${host}/`)]).not.toEqual([host, 'ESTUB']);
    }
    expect(connected).toHaveLength(before);
  });
});
