import type { LookupAddress } from 'node:dns';
import { type BlockList, isIP } from 'node:net';
import { isIn, isPublic, networks } from './special-addresses.js';

/** What was refused: the text says what, and which variable allows it. Never holds more of the URL than its host. */
export class RefusedAddress extends Error {
  readonly code = 'ADDRESS_REFUSED';
}

/** What may be reached besides the internet: names and networks; and the ports, null: all. */
export interface OutboundRules {
  readonly allow: readonly string[];
  readonly ports: readonly number[] | null;
}

/** All addresses of a name. */
export type Resolve = (name: string) => Promise<LookupAddress[]>;

type LookupCallback = (error: Error | null, addresses: LookupAddress[]) => void;

/** Entries of OUTBOUND_ALLOW are networks or names. */
const isNetwork = (entry: string) => isIP(entry.split('/')[0]!) !== 0;

const plain = (name: string) => name.toLowerCase().replace(/\.$/, '');

/**
 * Keeps calls to addresses that others give within the internet. It looks at a literal address before the call, because no
 * lookup is done for one; of a name all addresses are looked at when the connection is made, which then goes to one of
 * these: there is no second look-up that could answer differently.
 */
export class AddressGuard {
  private readonly names: ReadonlySet<string>;
  private readonly allowed: BlockList;
  private readonly ports: readonly number[] | null;

  constructor(
    { allow, ports }: OutboundRules,
    private readonly resolve: Resolve,
  ) {
    this.names = new Set(allow.filter((entry) => !isNetwork(entry)).map(plain));
    this.allowed = networks(allow.filter(isNetwork));
    this.ports = ports;
  }

  /**
   * What can be said without looking the name up. Every spelling of an address is a plain one in a URL that was parsed.
   *
   * @throws RefusedAddress
   */
  check(text: string): URL {
    if (!URL.canParse(text)) throw new RefusedAddress('expected an absolute http or https URL');
    const url = new URL(text);
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      throw new RefusedAddress('expected an http or https URL');
    if (url.username !== '' || url.password !== '')
      throw new RefusedAddress('expected a URL without user name and password');
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    if (this.ports && !this.ports.includes(port))
      throw new RefusedAddress(`the port ${port} is none of OUTBOUND_PORTS`);
    const host = hostOf(url);
    if (isIP(host) !== 0) this.require(host, host);
    return url;
  }

  /** For `http.request({ lookup })`: the addresses of a name, if all of them may be reached. */
  readonly lookup = (name: string, _options: unknown, callback: LookupCallback): void => {
    this.addressesOf(name).then(
      (addresses) => callback(null, addresses),
      (error: unknown) => callback(error as Error, []),
    );
  };

  /** @throws RefusedAddress when any one of its addresses may not be reached; what the resolver throws */
  private async addressesOf(name: string): Promise<LookupAddress[]> {
    const addresses = await this.resolve(name);
    if (addresses.length === 0) throw new Error('the name has no address');
    if (!this.names.has(plain(name))) for (const { address } of addresses) this.require(address, name);
    return addresses;
  }

  private require(address: string, host: string): void {
    if (isPublic(address) || isIn(this.allowed, address)) return;
    throw new RefusedAddress(
      host === address
        ? `the address ${address} is not one of the internet: OUTBOUND_ALLOW names what may be reached besides`
        : `${host} has an address that is not one of the internet: OUTBOUND_ALLOW names what may be reached besides`,
    );
  }
}

/** The host without the brackets of an IPv6 address. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');
