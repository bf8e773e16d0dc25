import { BlockList, isIPv4 } from 'node:net';

/** IPv4 networks that are not the internet: https://www.iana.org/assignments/iana-ipv4-special-registry */
const SPECIAL_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** The only network of IPv6 that is given to hosts of the internet. Mapped, translated and local addresses lie outside. */
const GLOBAL_IPV6 = '2000::/3';

/** What in it is special, among them 6to4, which has an IPv4 address in it. */
const SPECIAL_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/** A list of networks as `10.0.0.0/8` or single addresses. @throws Error when one is neither. */
export function networks(list: readonly string[]): BlockList {
  const blocks = new BlockList();
  for (const one of list) {
    const [address, length, ...rest] = one.split('/');
    const family = isIPv4(address!) ? 'ipv4' : 'ipv6';
    const bits = length === undefined ? (family === 'ipv4' ? 32 : 128) : Number(length);
    if (rest.length > 0 || length === '') throw new Error(`not a network: ${one}`);
    blocks.addSubnet(address!, bits, family);
  }
  return blocks;
}

/** Whether one of these networks has the address; its zone does not matter. */
export function isIn(blocks: BlockList, address: string): boolean {
  const [plain = ''] = address.split('%');
  return blocks.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
}

const specialIpv4 = networks(SPECIAL_IPV4);
const globalIpv6 = networks([GLOBAL_IPV6]);
const specialIpv6 = networks(SPECIAL_IPV6);

/** Whether an address is one of a host of the internet, and not of this machine, its networks or its cloud. */
export function isPublic(address: string): boolean {
  if (isIPv4(address)) return !isIn(specialIpv4, address);
  return isIn(globalIpv6, address) && !isIn(specialIpv6, address);
}
