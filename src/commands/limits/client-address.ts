import type { IncomingMessage } from 'node:http';
import { isIP, isIPv6 } from 'node:net';

/** Maximum characters of the header: no list of proxies is longer. */
const MAX_HEADER = 1_000;

/**
 * The address that a request comes from: that of its connection, or the one that the outermost of `proxies` trusted
 * proxies saw. Each proxy appends the address of its client to X-Forwarded-For. Entries before those of the trusted
 * proxies were written by the client and are not read. With 0 the header is not read at all.
 *
 * An IPv6 address counts by its /64, the smallest network that a customer is given. IPv4 within IPv6 is IPv4.
 */
export function clientAddress(request: IncomingMessage, proxies: number): string {
  const peer = peerAddress(request.socket.remoteAddress);
  const header = request.headers['x-forwarded-for'];
  if (proxies === 0 || typeof header !== 'string' || header.length > MAX_HEADER) return peer;
  const entries = header.split(',');
  return normalized(entries[Math.max(0, entries.length - proxies)]!) ?? peer;
}

/** The address at the other end of a connection, as addresses are counted. */
export function peerAddress(remoteAddress = ''): string {
  return normalized(remoteAddress) ?? '';
}

/** Null when the text is no address. Some proxies write a port behind it. */
function normalized(text: string): string | null {
  const plain = text.trim().replace(/^\[(.+)\](:\d+)?$/, '$1');
  const address = isIP(plain) ? plain : plain.replace(/:\d+$/, '');
  if (isIP(address) === 0) return null;
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped ?? networkOf(address);
}

/** The first four groups of an IPv6 address, written in one way. */
function networkOf(address: string): string {
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const groups = (part: string | undefined) => (part ? part.split(':') : []);
  const [left, right] = [groups(head), groups(tail)];
  const missing =
    tail === undefined ? 0 : 8 - left.length - right.length - (right.at(-1)?.includes('.') ? 1 : 0);
  const all = [...left, ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...right];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
