import { isIP } from 'node:net';

const HOST_HEADER = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i;

/** The host of a Host header, in lower case and without the port; null when it is malformed. */
export function hostOf(header: string): string | null {
  return HOST_HEADER.exec(header)?.[1]?.toLowerCase() ?? null;
}

/**
 * Whether anybody may own the host, as a name in the public DNS, so that its pages can be made to reach this machine
 * ("DNS rebinding"). Nobody can own an address, a name without a dot, or one of the domains that are kept for private
 * networks (RFC 6761, RFC 6762, and ICANN's `.internal`).
 */
export function isPublicName(host: string): boolean {
  if (host.startsWith('[') || isIP(host) !== 0) return false;
  return host.includes('.') && !/\.(?:localhost|local|internal)$/.test(host);
}
