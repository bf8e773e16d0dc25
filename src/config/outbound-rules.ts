import { isIP } from 'node:net';

const NAME = /^(?=.{1,253}$)[a-z\d_]([a-z\d_-]*[a-z\d_])?(\.[a-z\d_]([a-z\d_-]*[a-z\d_])?)*\.?$/i;

/** A name, an address or a network such as `10.1.0.0/16`. */
function isEntry(entry: string): boolean {
  const [address = '', bits, ...rest] = entry.split('/');
  const family = isIP(address);
  if (family === 0) return bits === undefined && NAME.test(entry) && !/^[\d.]+$/.test(entry);
  const most = family === 4 ? 32 : 128;
  return rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
}

const list = (text: string) =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);

/** @throws Error whose message says what was expected. */
export function outboundAllow(text: string): string[] {
  const entries = list(text);
  if (entries.every(isEntry)) return entries;
  throw new Error('expected names and networks, comma-separated, such as hooks.internal,10.1.0.0/16');
}

/** @throws Error whose message says what was expected. */
export function outboundPorts(text: string): number[] | null {
  if (text === 'any') return null;
  const ports = list(text).map(Number);
  if (ports.length > 0 && ports.every((port) => Number.isInteger(port) && port >= 1 && port <= 65_535))
    return ports;
  throw new Error('expected ports from 1 to 65535, comma-separated, or any');
}
