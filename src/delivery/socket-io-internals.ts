import type { Socket } from 'socket.io';
import type { Adapter, SocketId } from 'socket.io-adapter';

/** A packet that the adapter completes. */
export interface Packet {
  type: number;
  data: unknown[];
  nsp?: string;
}

/** What delivery uses of an adapter that Socket.IO does not declare, or declares as `any`. */
interface AdapterInternals {
  readonly encoder: { encode(packet: Packet): [string] };
  readonly nsp: { readonly name: string; readonly sockets: ReadonlyMap<SocketId, Socket> };
}

export function internalsOf(adapter: Adapter): AdapterInternals {
  return adapter as unknown as AdapterInternals;
}
