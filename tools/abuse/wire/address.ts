/**
 * Where a connection comes from. On Linux all of 127.0.0.0/8 is this machine, so attackers and bystander connect from
 * addresses of their own. Elsewhere they name them in X-Forwarded-For, and the server trusts it (TRUST_PROXY=1).
 */
const HAS_MANY_ADDRESSES = process.platform === 'linux';

/** What the server needs to be told. */
export const ADDRESS_SETTINGS: Readonly<Record<string, string>> = HAS_MANY_ADDRESSES
  ? {}
  : { TRUST_PROXY: '1' };

export const BYSTANDER = '127.0.0.2';

/** For what is done by the owners of attacked accounts. */
export const OWNER = '127.0.0.3';

/** So that an attack does not begin with what another one has used up of its limits. */
let firstOfAttack = 0;

/** Each attack of a run has 50 addresses of its own; called before its module is loaded. */
export function useAddressesOf(nthAttack: number): void {
  firstOfAttack = nthAttack * 50;
}

/** Address `nth` of the attackers. An attack from one address uses the first. */
export function attackerAddress(nth = 0): string {
  const number = firstOfAttack + nth;
  return `127.0.${1 + Math.floor(number / 200)}.${1 + (number % 200)}`;
}

/** Why attackers and bystander can't come through a proxy as several addresses; null: they can. */
export const LACKS_ADDRESSES = HAS_MANY_ADDRESSES
  ? null
  : 'it needs Linux, where 127.0.0.0/8 is this machine';

/** For `net.connect` and `http.request`. */
export function localAddress(ip: string): { localAddress?: string } {
  return HAS_MANY_ADDRESSES ? { localAddress: ip } : {};
}

/** Lines of a request's head; each ends with CRLF. */
export function addressLines(ip: string): string {
  return HAS_MANY_ADDRESSES ? '' : `X-Forwarded-For: ${ip}\r\n`;
}

export function addressHeaders(ip: string): Record<string, string> {
  return HAS_MANY_ADDRESSES ? {} : { 'X-Forwarded-For': ip };
}
