import type { WebSocket } from 'ws';
import type { EngineConnection, WebSocketInternals } from './internals.js';

/** Learns that the client has sent what ends its connection. */
export interface FaultListener {
  /** @param close closes the connection as `ws` does, with the code of the fault; none: as the listener does. */
  fault(close?: () => void): void;
}

const LISTENER = Symbol('learns of faults');

interface Heard {
  [LISTENER]?: FaultListener;
}

/**
 * `ws` closes a connection in the call in which it finds something that is no message: a frame over the limit, no UTF-8,
 * no mask. With this, whoever follows the connection decides when; nothing more is read until then.
 */
export function holdFaults(client: WebSocket): void {
  const { _receiver: receiver } = client as unknown as WebSocketInternals;
  const [closeBy] = receiver.listeners('error') as ((error: Error) => void)[];
  receiver.removeAllListeners('error');
  receiver.on('error', (error) => {
    const close = () => closeBy?.call(receiver, error);
    const listener = (client as Heard)[LISTENER];
    if (listener === undefined) close();
    else listener.fault(close);
  });
}

/** From now on `listener` learns of the faults of this connection, instead of `ws` and Engine.IO. */
export function followFaults(engine: EngineConnection, listener: FaultListener): void {
  (engine as Heard)[LISTENER] = listener;
  engine.onClose = onClose;
  followWebSocket(engine, listener);
  if (engine.transport.socket === undefined) {
    engine.once('upgrade', () => followWebSocket(engine, listener));
  }
}

function followWebSocket({ transport }: EngineConnection, listener: FaultListener): void {
  if (transport.socket !== undefined) (transport.socket as Heard)[LISTENER] = listener;
}

/** One for all connections, in place of Engine.IO's own, which it calls for all that is no packet it does not know. */
function onClose(this: EngineConnection, reason: string, description?: unknown): void {
  const listener = (this as Heard)[LISTENER];
  if (listener !== undefined && isBadPacket(reason, description)) return listener.fault();
  (Object.getPrototypeOf(this) as EngineConnection).onClose.call(this, reason, description);
}

/** An unknown type; a ping, which is the server's to send. */
function isBadPacket(reason: string, description: unknown): boolean {
  return (
    reason === 'parse error' ||
    (description instanceof Error && description.message === 'invalid heartbeat direction')
  );
}
